"""Operators on requests for recommendations: wrong lists, wrong pages, wrong answers, wrong counting."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tests.mutants.drawn.operator import Operator
from tests.mutants.drawn.questions import FILTERED, QUESTIONS, Question
from tests.mutants.traffic import Answer, Document, Request, Server
from tests.mutants.wrappers import Behaviour, Break, edge, first_list

Edit = Callable[[Document, Request, Server], object]


def meets(behaviour: Behaviour) -> Callable[[Question], Break]:
    """Make valid requests of the slice get this behaviour."""

    def make(place: Question) -> Break:
        async def chosen(request: Request, server: Server) -> Answer:
            asked = request.operation == "recommend" and server.organisation(request) is not None
            if asked and place.holds(request, server) and server.is_valid(request):
                return await behaviour(request, server)
            return await server.answer(request)

        return edge(chosen)

    return make


def edits(edit: Edit) -> Callable[[Question], Break]:
    """Change in place the `data` of a 200 to a request of the slice."""

    async def edited(request: Request, server: Server) -> Answer:
        answer = await server.answer(request)
        if answer.status == 200:
            document = answer.json
            edit(document["data"], request, server)
            answer.json = document
        return answer

    return meets(edited)


def asks(change: Callable[[Document], object]) -> Callable[[Question], Break]:
    """Change the request before the mock gets it."""

    async def changed(request: Request, server: Server) -> Answer:
        document = dict(request.json)
        change(document)
        request.json = document
        return await server.answer(request)

    return meets(changed)


def _add(data: Document, item_id: str, metadata: Any) -> None:
    """Add an item in place of the last result, or after it if there is room."""
    entry = {"item_id": item_id, "score": 0.0001, "reason": "popular", "metadata": metadata}
    if len(data["results"]) >= data["pagination"]["limit"]:
        data["results"].pop()
        data["recommended_items"].pop()
    else:
        data["pagination"]["total_count"] += 1
    data["results"].append(entry)
    data["recommended_items"].append(item_id)


def _shows_hidden(data: Document, request: Request, server: Server) -> None:
    hidden = [each for each in server.tenant(request).items.values() if not each.active]
    if hidden:
        _add(data, hidden[-1].item_id, dict(hidden[-1].attributes or {}))


def _shows_foreign(data: Document, request: Request, server: Server) -> None:
    own = server.tenant(request)
    for other in server.mock.organisations:
        foreign = [each for each in other.tenant.items.values() if each.active and each.item_id not in own.items]
        if foreign and other.tenant is not own:
            _add(data, foreign[-1].item_id, dict(foreign[-1].attributes or {}))
            return


def _twice(data: Document, _: Request, __: Server) -> None:
    if len(data["results"]) > 1:
        data["results"][-1] = data["results"][0]
        data["recommended_items"][-1] = data["recommended_items"][0]


def _one_more(data: Document, request: Request, server: Server) -> None:
    shown = set(data["recommended_items"])
    left = [each for each in server.tenant(request).items.values() if each.active and each.item_id not in shown]
    if left and len(shown) == data["pagination"]["limit"] and not request.value("filters"):
        entry = {"item_id": left[0].item_id, "score": 0.0001, "reason": "popular", "metadata": {}}
        data["results"].append(entry)
        data["recommended_items"].append(left[0].item_id)


def _loses(*path: str) -> Edit:
    def lose(data: Document, _: Request, __: Server) -> None:
        *parents, last = path
        for name in parents:
            data = data[name]
        data.pop(last, None)

    return lose


def _of_each(edit: Callable[[Document], object]) -> Edit:
    return lambda data, _, __: [edit(entry) for entry in data["results"]]


def _same_id(data: Document, request: Request, server: Server) -> None:
    data["recommendation_id"] = server.memory.setdefault(("id", request.key), data["recommendation_id"])


def _flips_has_next(data: Document, _: Request, __: Server) -> None:
    data["pagination"]["has_next"] = not data["pagination"]["has_next"]


def _total_of_the_page(data: Document, _: Request, __: Server) -> None:
    data["pagination"].update(total_count=len(data["results"]), has_next=False)


def _with_status(status: int) -> Callable[[Question], Break]:
    async def answered(request: Request, server: Server) -> Answer:
        if status >= 400:
            return await server.refuse(request, status)
        answer = await server.answer(request)
        answer.status = status if answer.status == 200 else answer.status
        return answer

    return meets(answered)


def _without(*names: str) -> Behaviour:
    async def answered(request: Request, server: Server) -> Answer:
        answer = await server.answer(request)
        answer.drop_header(*names)
        return answer

    return answered


async def _free(request: Request, server: Server) -> Answer:
    return await server.unnoticed(request)


def _envelope(**values: Any) -> Behaviour:
    async def answered(request: Request, server: Server) -> Answer:
        answer = await server.answer(request)
        if answer.status == 200:
            answer.json = {**answer.json, **values}
        return answer

    return answered


_LONG = [each for each in QUESTIONS if each.name not in {"limit-100", "limit-1", "later-pages"}]
_UNFILTERED = [each for each in QUESTIONS if each not in FILTERED]
_FIRST = [each for each in QUESTIONS if "page" not in each.name]

OPERATORS = [
    Operator("status", "show-hidden", "show an inactive item", QUESTIONS, edits(_shows_hidden), by_slice=False),
    Operator("leak", "show-foreign", "show another organisation's item", QUESTIONS, edits(_shows_foreign),
             by_slice=False),
    Operator("ignore", "unfiltered", "ignore the filters", FILTERED, asks(lambda body: body.pop("filters", None))),
    Operator("ignore", "unlimited", "ignore the limit", [each for each in QUESTIONS if "limit" in each.name],
             asks(lambda body: body.pop("limit", None))),
    Operator("ignore", "first-page", "always get page 1", [each for each in QUESTIONS if "page" in each.name],
             asks(lambda body: body.pop("page", None))),
    Operator("duplicate", "twice", "show the first item twice", _LONG, edits(_twice), "SHOULD"),
    Operator("off by one", "one-too-many", "show one item more than the limit", _UNFILTERED, edits(_one_more)),
    Operator("off by one", "has-next-wrong", "have has_next the wrong way round", QUESTIONS, edits(_flips_has_next)),
    Operator("count", "total-of-the-page", "count only the page in total_count", _FIRST, edits(_total_of_the_page),
             by_slice=False),
    Operator("drop", "no-metadata", "have results without metadata", QUESTIONS,
             edits(_of_each(lambda entry: entry.pop("metadata")))),
    Operator("drop", "no-reason", "have results without reason", QUESTIONS,
             edits(_of_each(lambda entry: entry.pop("reason")))),
    Operator("drop", "no-mode", "have no mode", QUESTIONS, edits(_loses("mode"))),
    Operator("drop", "no-total", "have no total_count", QUESTIONS, edits(_loses("pagination", "total_count"))),
    Operator("coerce", "scores-as-texts", "have scores that are texts", QUESTIONS,
             edits(_of_each(lambda entry: entry.update(score=str(entry["score"]))))),
    Operator("coerce", "success-as-text", "say success \"true\"", QUESTIONS, meets(_envelope(success="true"))),
    Operator("stale", "same-id", "always get the same recommendation_id", QUESTIONS, edits(_same_id)),
    Operator("stale", "kept", "get the first list for ever", QUESTIONS, meets(first_list), by_slice=False),
    Operator("crash", "crash", "are answered with 500", QUESTIONS, _with_status(500), by_slice=False),
    Operator("status", "refused", "are refused with 400", QUESTIONS, _with_status(400)),
    Operator("status", "202", "are answered with 202", QUESTIONS, _with_status(202)),
    Operator("drop", "no-remaining", "carry no RateLimit-Remaining", QUESTIONS,
             meets(_without("ratelimit-remaining"))),
    Operator("count", "free", "cost nothing of the limit", QUESTIONS, meets(_free)),
]  # fmt: skip
