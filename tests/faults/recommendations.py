"""Faults of a recommendation's answer and of the strategies' inputs."""

from __future__ import annotations

import zlib
from typing import Any

from tests.faults.fault import Fault
from tests.faults.wrappers import (
    Answer,
    Break,
    Condition,
    Document,
    Request,
    Server,
    asks,
    edge,
    edits_answer,
    edits_data,
    on,
    passes,
)

USER_BASED = ("personalized", "session_based", "session-based", "session-resumption", "abandonment-recovery")
ITEM_BASED = ("similar", "frequently-bought-together", "frequently-consumed-together")
KNOWN = (
    *USER_BASED,
    *ITEM_BASED,
    "trending",
    "popular",
    "price-optimized",
    "cross-sell",
    "recently-viewed",
    "buy-again",
    "new-arrivals",
)


def strategy(*names: str) -> Condition:
    def asked(request: Request, _: Server) -> bool:
        return request.operation == "recommend" and request.strategy in names

    return asked


def refuses_asked(condition: Condition, status: int) -> Break:
    return passes(condition, lambda request, server: server.refuse(request, status))


def drops(*names: str, condition: Condition = on("recommend")) -> Break:
    return edits_data(lambda data, _: [data.pop(name, None) for name in names], condition)


def sets(condition: Condition = on("recommend"), **values: Any) -> Break:
    return edits_data(lambda data, _: data.update(values), condition)


def each_result(change: Any, condition: Condition = on("recommend")) -> Break:
    return edits_data(lambda data, _: [change(result) for result in data["results"]], condition)


def paging(change: Any, condition: Condition = on("recommend")) -> Break:
    return edits_data(lambda data, _: change(data["pagination"]), condition)


def number_ids(data: Document, _: Request) -> None:
    for result in data["results"]:
        result["item_id"] = zlib.crc32(str(result["item_id"]).encode())
    data["recommended_items"] = [result["item_id"] for result in data["results"]]


def reuses_id(key_of: Any) -> Break:
    """Answers with the same key have the same recommendation_id."""

    async def reused(request: Request, server: Server) -> Answer:
        answer = await server.answer(request)
        key = key_of(request, server)
        if request.operation == "recommend" and answer.status == 200 and key is not None:
            document = answer.json
            place = ("id", key)
            document["data"]["recommendation_id"] = server.memory.setdefault(
                place, document["data"]["recommendation_id"]
            )
            answer.json = document
        return answer

    return edge(reused)


def empty(data: Document, _: Request) -> None:
    data.update(results=[], recommended_items=[])
    data["pagination"].update(total_count=0, has_next=False)


def lacks(field: str) -> Condition:
    return lambda request, _: not request.value(field)


def both(*conditions: Condition) -> Condition:
    return lambda request, server: all(each(request, server) for each in conditions)


def unknown_user(request: Request, server: Server) -> bool:
    tenant, user = server.tenant(request), request.value("user_id")
    return (
        isinstance(user, str)
        and user not in tenant.users
        and tenant.identity.person(user) not in tenant.recommender.people
    )


def unknown_context(request: Request, server: Server) -> bool:
    item = request.value("context_item_id")
    return isinstance(item, str) and item not in server.tenant(request).items


def unknown_strategy(request: Request, _: Server) -> bool:
    return (
        request.operation == "recommend"
        and isinstance(request.value("strategy"), str)
        and request.strategy not in KNOWN
    )


def made_up(**values: Any) -> Any:
    return lambda record: [record.update({name: value}) for name, value in values.items() if record.get(name) is None]


def user_based(record: Document) -> bool:
    return record.get("strategy", "personalized") in USER_BASED


def strategy_guess(record: Document) -> None:
    if isinstance(record.get("strategy"), str) and record["strategy"] not in KNOWN:
        record["strategy"] = "popular"


async def changing_tenant(request: Request, server: Server) -> Answer:
    """tenant_id has another number in every answer."""
    answer = await server.answer(request)
    if request.operation == "recommend" and answer.status == 200:
        document = answer.json
        document["data"]["tenant_id"] += f"-{server.turn()}"
        answer.json = document
    return answer


FAULTS = [
    Fault("recommend-answers-201", "A recommendation is answered with 201.",
          ("REC-200",), edits_answer(on("recommend"), lambda answer: setattr(answer, "status", 201), 200)),
    Fault("popular-answers-202", "popular is answered with 202.",
          ("REC-200", "STRAT-needs-nothing-else", "STRAT-documented-accepted"),
          edits_answer(strategy("popular"), lambda answer: setattr(answer, "status", 202), 200)),
    Fault("latency-missing", "A recommendation has no latency_ms.", ("REC-keys",), drops("latency_ms")),
    Fault("mode-missing-on-fallback", "A recommendation that falls back has no mode.",
          ("REC-keys",), edits_data(lambda data, _: data.pop("mode") if data["mode"] == "fallback" else None)),
    Fault("recommended-items-missing-when-empty", "An empty recommendation has no recommended_items.",
          ("REC-keys",), edits_data(lambda data, _: data["results"] or data.pop("recommended_items"))),
    Fault("tenant-missing-on-page-2", "From page 2 on there is no tenant_id.",
          ("REC-keys",), drops("tenant_id", "domain", condition=lambda r, _: r.operation == "recommend" and r.page != 1)),
    Fault("reason-missing", "Results have no reason.", ("REC-result-keys",), each_result(lambda result: result.pop("reason"))),
    Fault("metadata-missing-for-similar", "Results of similar have no metadata.",
          ("REC-result-keys",), each_result(lambda result: result.pop("metadata"), strategy("similar"))),
    Fault("recommendation-id-is-a-number", "recommendation_id is a number.",
          ("REC-id-types",), edits_data(lambda data, _: data.update(recommendation_id=zlib.crc32(data["recommendation_id"].encode())))),
    Fault("item-ids-are-numbers-in-popular", "Item ids of popular are numbers.",
          ("REC-id-types",), edits_data(number_ids, strategy("popular"))),
    Fault("total-count-is-a-text", "total_count is a text.",
          ("REC-pagination-types",), paging(lambda place: place.update(total_count=str(place["total_count"])))),
    Fault("has-next-is-a-number", "has_next is 1 or 0.",
          ("REC-pagination-types",), paging(lambda place: place.update(has_next=int(place["has_next"])))),
    Fault("pagination-missing-when-empty", "An empty recommendation has pagination null.",
          ("REC-pagination-types", "REC-keys"), edits_data(lambda data, _: data["results"] or data.update(pagination=None))),
    Fault("latency-is-a-text", "latency_ms is a text.", ("REC-value-types",), sets(latency_ms="1 ms")),
    Fault("mode-is-null", "mode is null.", ("REC-value-types",), sets(mode=None)),
    Fault("domain-is-empty", "domain is empty.", ("REC-domain",), sets(domain="")),
    Fault("tenant-id-changes", "tenant_id differs from answer to answer.", ("REC-tenant-constant",), edge(changing_tenant)),
    Fault("one-recommendation-id-per-user", "All recommendations of a user have the same recommendation_id.",
          ("REC-id-unique",), reuses_id(lambda request, _: (request.key, request.value("user_id")) if request.value("user_id") else None)),
    Fault("cached-recommendation-id", "The same question has the same recommendation_id.",
          ("REC-id-unique",), reuses_id(lambda request, _: (request.key, request.body))),
    Fault("recommendation-ids-repeat-at-times", "Every tenth recommendation has the recommendation_id of an earlier one.",
          ("REC-id-unique",), reuses_id(lambda request, server: None if server.turn() % 10 else "tenth")),
    Fault("session-resumption-refused", "session-resumption is refused.",
          ("STRAT-documented-accepted",), refuses_asked(strategy("session-resumption"), 400)),
    Fault("consumed-together-crashes", "frequently-consumed-together is a server error.",
          ("STRAT-documented-accepted",), refuses_asked(strategy("frequently-consumed-together"), 500)),
    Fault("hyphen-spelling-refused", "session-based is refused.", ("STRAT-both-spellings",), refuses_asked(strategy("session-based"), 400)),
    Fault("underscore-spelling-refused", "session_based is refused.",
          ("STRAT-both-spellings", "STRAT-documented-accepted"), refuses_asked(strategy("session_based"), 400)),
    Fault("default-is-trending", "Without strategy the answer is trending, and needs no user.",
          ("STRAT-default-personalized",), asks(made_up(strategy="trending"))),
    Fault("strategy-required", "A request without strategy is refused.",
          ("STRAT-default-personalized",), refuses_asked(both(on("recommend"), lacks("strategy")), 400)),
    Fault("sessions-need-no-user", "session_based without user_id is answered.",
          ("STRAT-requires-user",), asks(made_up(user_id="nobody"), lambda r: r.get("strategy") in ("session_based", "session-based"))),
    Fault("recovery-needs-no-user", "abandonment-recovery without user_id is answered.",
          ("STRAT-requires-user",), asks(made_up(user_id="nobody"), lambda r: r.get("strategy") == "abandonment-recovery")),
    Fault("missing-user-crashes", "A user-based strategy without user_id is a server error.",
          ("STRAT-requires-user", "STRAT-default-personalized"), refuses_asked(both(strategy(*USER_BASED), lacks("user_id")), 500)),
    Fault("similar-needs-no-item", "similar without context_item_id is answered.",
          ("STRAT-requires-context-item",), asks(made_up(context_item_id="nothing"), lambda r: r.get("strategy") == "similar")),
    Fault("bought-together-needs-no-item", "frequently-bought-together without context_item_id is answered.",
          ("STRAT-requires-context-item",),
          asks(made_up(context_item_id="nothing"), lambda r: r.get("strategy") == "frequently-bought-together")),
    Fault("trending-needs-a-user", "trending without user_id is refused.",
          ("STRAT-needs-nothing-else",), refuses_asked(both(strategy("trending"), lacks("user_id")), 422)),
    Fault("popular-needs-an-item", "popular without context_item_id is refused.",
          ("STRAT-needs-nothing-else",), refuses_asked(both(strategy("popular"), lacks("context_item_id")), 422)),
    Fault("unknown-strategy-is-popular", "A strategy that does not exist is taken for popular.",
          ("STRAT-unknown-refused",), asks(strategy_guess)),
    Fault("unknown-strategy-crashes", "A strategy that does not exist is a server error.",
          ("STRAT-unknown-refused",), refuses_asked(unknown_strategy, 500)),
    Fault("unknown-user-is-404", "A recommendation for an unknown user is 404.",
          ("STRAT-unknown-user",), refuses_asked(both(on("recommend"), unknown_user), 404)),
    Fault("unknown-user-crashes-resumption", "session-resumption for an unknown user is a server error.",
          ("STRAT-unknown-user",), refuses_asked(both(strategy("session-resumption"), unknown_user), 500)),
    Fault("unknown-context-crashes", "An unknown context item is a server error.",
          ("STRAT-unknown-context-item",), refuses_asked(both(on("recommend"), unknown_context), 500)),
    Fault("unknown-context-is-409-for-bought-together", "An unknown context item is 409 for frequently-bought-together.",
          ("STRAT-unknown-context-item",),
          refuses_asked(both(strategy("frequently-bought-together"), unknown_context), 409)),
    Fault("unknown-users-get-nothing", "An unknown user gets an empty list.",
          ("STRAT-falls-back",), edits_data(empty, both(on("recommend"), unknown_user))),
    Fault("unknown-context-gets-nothing", "Beside an unknown item the list is empty.",
          ("STRAT-falls-back",), edits_data(empty, both(on("recommend"), unknown_context))),
    Fault("lists-of-filters-crash", "Filters whose value is a text of no letter are a server error.",
          ("GEN-valid-accepted", "ROBUST-odd-texts", "ROBUST-never-5xx"),
          refuses_asked(lambda r, _: r.operation == "recommend" and any(isinstance(v, str) and v and not any(c.isalpha() for c in v) for v in (r.value("filters") or {}).values()) if isinstance(r.value("filters") or {}, dict) else False, 500)),
    Fault("user-ids-of-any-type", "A user_id that is a number or an object is taken for a text.",
          ("GEN-invalid-refused",),
          asks(lambda r: r.update(user_id=str(r["user_id"])), lambda r: r.get("user_id") is not None and not isinstance(r["user_id"], str))),
]  # fmt: skip
