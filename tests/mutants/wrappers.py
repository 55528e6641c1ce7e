"""The building blocks of mutants and variants.

A `Break` turns a mock and its ASGI application into a deviating application. `edge` makes most of them, from a function
between client and mock; the functions of `inside.py` make those that change the mock itself.
"""

from __future__ import annotations

import copy
import json
from collections.abc import Awaitable, Callable, Iterator
from typing import Any

from starlette.types import ASGIApp, Receive, Scope, Send

from mock_server.mock import Mock
from tests.mutants.traffic import EVERY, INGESTION, NEEDS_SECRET, PATHS, Answer, Document, Request, Server

__all__ = [
    "EVERY",
    "INGESTION",
    "NEEDS_SECRET",
    "PATHS",
    "RECOMMENDATIONS",
    "Answer",
    "Behaviour",
    "Break",
    "Condition",
    "Document",
    "Edit",
    "Request",
    "Server",
    "Test",
    "always",
    "asks",
    "chain",
    "crashes",
    "edge",
    "edits",
    "edits_answer",
    "edits_data",
    "fills",
    "on",
    "passes",
    "refuses",
    "repairs",
    "sometimes",
    "strings",
    "tolerates",
]

Break = Callable[[Mock, ASGIApp], ASGIApp]
Behaviour = Callable[[Request, Server], Awaitable[Answer]]
Condition = Callable[[Request, Server], bool]
Test = Callable[[Document], bool]


def edge(behaviour: Behaviour) -> Break:
    """Put a deviation between client and mock."""

    def install(mock: Mock, app: ASGIApp) -> ASGIApp:
        server = Server(mock, app)

        async def broken(scope: Scope, receive: Receive, send: Send) -> None:
            if scope["type"] != "http" or scope["path"].startswith(("/_mock", "/docs")):
                await app(scope, receive, send)
                return
            body = b""
            more = True
            while more:
                message = await receive()
                if message["type"] != "http.request":
                    return
                body += message.get("body", b"")
                more = message.get("more_body", False)
            answer = await behaviour(Request(scope, list(scope["headers"]), body), server)
            if any(name == b"content-length" for name, _ in answer.headers):
                answer.set_header("content-length", len(answer.body))
            await send({"type": "http.response.start", "status": answer.status, "headers": answer.headers})
            await send({"type": "http.response.body", "body": answer.body})

        return broken

    return install


def chain(*breaks: Break) -> Break:
    """Apply all of them; the first one is closest to the mock."""

    def install(mock: Mock, app: ASGIApp) -> ASGIApp:
        for each in breaks:
            app = each(mock, app)
        return app

    return install


def sometimes(broken: Break, every: int) -> Break:
    """Send every n-th request of each operation to the broken server, the others to the correct one."""

    def install(mock: Mock, app: ASGIApp) -> ASGIApp:
        other = broken(mock, app)
        turns: dict[str, int] = {}

        async def either(scope: Scope, receive: Receive, send: Send) -> None:
            path = scope.get("path", "")
            turns[path] = turns.get(path, 0) + 1
            await (app if turns[path] % every else other)(scope, receive, send)

        return either

    return install


def on(*operations: str) -> Condition:
    return lambda request, _: request.operation in operations


def passes(condition: Condition, behaviour: Behaviour) -> Break:
    """Use the behaviour where the condition holds, otherwise the mock's own."""

    async def chosen(request: Request, server: Server) -> Answer:
        return await (behaviour(request, server) if condition(request, server) else server.answer(request))

    return edge(chosen)


def refuses(operation: str, test: Test, status: int = 400, array: bool | None = None) -> Break:
    """Refuse requests with a record for which the test holds. `array`: only in arrays (True) or only alone (False)."""

    def concerned(request: Request, _: Server) -> bool:
        if request.operation != operation or array not in (None, request.is_array):
            return False
        return any(map(test, request.records))

    return passes(concerned, lambda request, server: server.refuse(request, status))


def crashes(operation: str, test: Test) -> Break:
    return refuses(operation, test, status=500)


def repairs(operation: str, repair: Callable[[Document], object], array: bool | None = None) -> Break:
    """Repair bad records before the mock gets them, so that it accepts them."""

    async def repaired(request: Request, server: Server) -> Answer:
        document = request.json
        if request.operation == operation and array in (None, isinstance(document, list)):
            before = copy.deepcopy(document)
            for record in document if isinstance(document, list) else [document]:
                if isinstance(record, dict):
                    repair(record)
            if document != before:
                request.json = document
        return await server.answer(request)

    return edge(repaired)


def fills(operation: str, array: bool | None = None, **values: Any) -> Break:
    """Add missing required fields with these values."""
    return repairs(operation, lambda record: [record.setdefault(name, value) for name, value in values.items()], array)


def tolerates(operation: str, name: str, good: Callable[[Any], bool], instead: Any, array: bool | None = None) -> Break:
    """Accept a bad value of a field by replacing it with a good one."""

    def repair(record: Document) -> None:
        if name in record and not good(record[name]):
            record[name] = instead

    return repairs(operation, repair, array)


Edit = Callable[[Any, Request], object]


def edits(condition: Condition, edit: Edit, *statuses: int) -> Break:
    """Change the JSON of answers in place, or replace it by what `edit` returns if that is a list or a dict."""

    async def edited(request: Request, server: Server) -> Answer:
        answer = await server.answer(request)
        if answer.status in statuses and answer.is_json and condition(request, server):
            document = answer.json
            replaced = edit(document, request)
            answer.json = replaced if isinstance(replaced, list | dict) else document
        return answer

    return edge(edited)


RECOMMENDATIONS = on("recommend")


def edits_data(edit: Edit, condition: Condition = RECOMMENDATIONS) -> Break:
    """Change `data` of a recommendation in place."""

    def changed(document: Document, request: Request) -> None:
        edit(document["data"], request)

    return edits(condition, changed, 200)


def edits_answer(condition: Condition, edit: Callable[[Answer], object], *statuses: int) -> Break:
    """Change status and headers of answers; without statuses, of every answer."""

    async def edited(request: Request, server: Server) -> Answer:
        answer = await server.answer(request)
        if condition(request, server) and (not statuses or answer.status in statuses):
            edit(answer)
        return answer

    return edge(edited)


def first_lists(request: Request, server: Server) -> dict[str, Document]:
    """Return the lists that `first_list` keeps for the organisation, by question; they may be cleared."""
    lists: dict[str, Document] = server.memory.setdefault(("first lists", server.tenant(request).tenant_id), {})
    return lists


async def first_list(request: Request, server: Server) -> Answer:
    """Answer a repeated recommendation request for ever with its first list; only the id and the headers are new."""
    answer = await server.answer(request)
    if answer.status == 200:
        document = answer.json
        question = json.dumps(request.json, sort_keys=True)
        first = first_lists(request, server).setdefault(question, document["data"])
        document["data"] = {**first, "recommendation_id": document["data"]["recommendation_id"]}
        answer.json = document
    return answer


def asks(change: Callable[[Document], object], condition: Test = lambda _: True) -> Break:
    """Change a recommendation request before the mock gets it."""

    def changed(record: Document) -> None:
        if condition(record):
            change(record)

    return repairs("recommend", changed, array=False)


def always(_: Request, __: Server) -> bool:
    return True


def strings(value: Any) -> Iterator[str]:
    """Yield every text in a JSON value, including names of fields."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, list):
        for each in value:
            yield from strings(each)
    elif isinstance(value, dict):
        for name, each in value.items():
            yield name
            yield from strings(each)
