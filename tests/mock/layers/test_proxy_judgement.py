"""The proxy judges a target as the suite does: by what every document demands, not by the mock's strictness (O1)."""

import json
from typing import Any

import pytest

from fixtures.bodies import event_body, item_body, user_body
from fixtures.examples import example
from mock_server.context import Resolver
from mock_server.layers.proxy.judge import Answered, Asked, Judge
from mock_server.mock import Mock
from mock_server.settings import Settings
from tests.support.shipped import SPEC

RECOMMEND, ITEMS, USERS = "/v1/recommend", "/v1/ingest/items/upsert", "/v1/ingest/users/upsert"
EVENTS = "/v1/ingest/events/ingest"
LIMITS = {"RateLimit-Limit": "1000", "RateLimit-Remaining": "9", "RateLimit-Reset": "20"}
QUESTION = {"strategy": "popular", "user_id": "u"}
DOCUMENTED_ERROR = example("error")
CONTRACT = Mock(Settings(clock="virtual"), SPEC).contract


def judged(
    path: str,
    sent: Any,
    status: int,
    answer: Any,
    headers: dict[str, str] | None = None,
    key: str = "",
    superset: bool = False,
) -> set[tuple[str, str | None]]:
    """Return ids and fields of the findings about the target, without those about the client."""
    key = key or ("lehnz_sk_1" if "upsert" in path else "lehnz_pk_1")
    names = [(b"content-type", b"application/json"), (b"x-api-key", key.encode())]
    scope = {"method": "POST", "raw_path": path.encode(), "headers": names}
    asked = Asked("POST", path.encode(), b"", names, sent if isinstance(sent, bytes) else json.dumps(sent).encode())
    given = {"Content-Type": "application/json", **(LIMITS if headers is None else headers)}
    raw = [(name.lower().encode(), value.encode()) for name, value in given.items()]
    answered = Answered(status, raw, json.dumps(answer).encode())
    found = Judge(CONTRACT, superset).findings(Resolver(CONTRACT, None).resolve(scope), asked, answered)
    return {(each.id, each.field) for each in found if not each.id.startswith("request.")}


def recommendation(**changes: Any) -> Any:
    answer = example("recommendation")
    answer["data"].update(changes)
    return answer


def taken(accepted: Any = 1, **more: Any) -> Any:
    return {"success": True, "message": "events accepted", "data": {"accepted": accepted}, **more}


@pytest.mark.parametrize(
    ("path", "sent", "status", "answer"),
    [
        (RECOMMEND, QUESTION, 200, example("recommendation")),
        (RECOMMEND, QUESTION, 200, recommendation(mode="hybrid", strategy="POPULAR", tenant_id=7, latency_ms="5 ms")),
        (RECOMMEND, QUESTION, 200, recommendation(recommendation_id="rec_1", experiment={"arm": "b"})),
        (RECOMMEND, QUESTION, 200, {**example("recommendation"), "trace": "7"}),
        (EVENTS, event_body("view", "u"), 202, taken(1.0)),
        (EVENTS, event_body("view", "u"), 202, taken(warnings=[])),
        (RECOMMEND, {"strategy": "similar"}, 400, DOCUMENTED_ERROR),
        (RECOMMEND, {"strategy": "similar"}, 422, {"detail": "missing"}),
        (RECOMMEND, QUESTION, 403, {**DOCUMENTED_ERROR, "error": {"code": 7}}),
        (RECOMMEND, QUESTION, 429, DOCUMENTED_ERROR),
        (RECOMMEND, QUESTION, 404, "gone"),
    ],
)
def test_an_answer_that_a_document_allows_is_no_finding(path: str, sent: Any, status: int, answer: Any) -> None:
    assert judged(path, sent, status, answer) == set()


def test_rate_limit_headers_are_demanded_only_for_known_keys() -> None:
    missing = {("answer", f"header.{name.lower()}") for name in LIMITS}
    assert judged(RECOMMEND, QUESTION, 200, example("recommendation"), headers={}) == missing
    assert judged(RECOMMEND, QUESTION, 401, DOCUMENTED_ERROR, headers={}) == set()


@pytest.mark.parametrize(
    ("status", "answer", "field"),
    [
        (200, recommendation(results=[{"item_id": "a", "score": 0.5, "reason": "r"}]), "$.data.results[0].metadata"),
        (200, recommendation(recommended_items=[7]), "$.data.recommended_items[0]"),
        (200, {"success": True, "data": {}}, "$.message"),
        (400, {"success": True, "message": "no"}, "$.success"),
        (403, {"success": False}, "$.message"),
        (202, recommendation(), "status"),
        (500, DOCUMENTED_ERROR, "status"),
        (502, DOCUMENTED_ERROR, "status"),
    ],
)
def test_an_answer_that_every_document_forbids_is_reported(status: int, answer: Any, field: str) -> None:
    sent = {"strategy": "similar"} if status in (400, 403) else QUESTION
    assert ("answer", field) in judged(RECOMMEND, sent, status, answer)


UUID = "0b8f9a44-6f4c-4f5e-9d0e-2b1a7c3d4e5f"


@pytest.mark.parametrize(
    ("path", "sent"),
    [
        (ITEMS, {"item_id": "a", "item_type": "product"}),  # R5
        (ITEMS, {**item_body("a"), "created_at": "yesterday", "attributes": 1}),  # R47
        (RECOMMEND, {**QUESTION, "limit": 1000}),  # R7
        (RECOMMEND, {"strategy": "cross-sell", "user_id": "u"}),  # R41
        (RECOMMEND, {"strategy": "trending"}),  # R41
        (RECOMMEND, {**QUESTION, "filters": {"a": {"b": 1}}}),  # R32
        (EVENTS, event_body("View", "u")),  # R25
        (EVENTS, event_body("identify", "u")),  # R26
        (EVENTS, [event_body("view", "u"), {}]),  # R22
        (RECOMMEND, b""),  # R50
    ],
)
def test_accepting_what_a_document_allows_is_no_drift(path: str, sent: Any) -> None:
    answer = example("recommendation") if path == RECOMMEND else taken()
    assert judged(path, sent, 200 if path == RECOMMEND else 202, answer) == set()


@pytest.mark.parametrize(
    ("path", "sent"),
    [
        (ITEMS, {"item_id": "a", "status": "active"}),  # R6
        (ITEMS, item_body("a", status="archived")),
        (USERS, {"user_id": "u", "status": "active"}),
        (EVENTS, event_body("view", "u", event_family="fun")),
        (RECOMMEND, {"strategy": "similar", "user_id": "u"}),
        (RECOMMEND, {"limit": 5}),
        (RECOMMEND, b'{"strategy": '),
    ],
)
def test_accepting_what_every_document_forbids_is_drift(path: str, sent: Any) -> None:
    answer = example("recommendation") if path == RECOMMEND else taken()
    assert ("drift.accepted", None) in judged(path, sent, 200 if path == RECOMMEND else 202, answer)


@pytest.mark.parametrize(
    ("path", "sent"),
    [
        (ITEMS, [item_body("a"), item_body("b")]),  # R21
        (ITEMS, item_body("a b/c")),  # R44
        (ITEMS, item_body("a", attributes={"note": None})),  # R49
        (ITEMS, item_body("a", supplier="Acme")),  # R11
        (USERS, user_body("u", created_at="2026-01-15")),  # R47
        (EVENTS, event_body("view", "u", event_id="1")),  # R24
        (EVENTS, event_body("purchase", "u", event_family="engagement")),  # R10
        (RECOMMEND, {"strategy": "session_based", "user_id": "u"}),  # R8
        (RECOMMEND, {"strategy": "trending"}),  # R41
        (RECOMMEND, {**QUESTION, "page": 40}),  # R33
        (RECOMMEND, {"strategy": "similar", "context_item_id": "a"}),  # R30
    ],
)
def test_refusing_what_a_document_forbids_is_no_drift(path: str, sent: Any) -> None:
    assert judged(path, sent, 400, DOCUMENTED_ERROR) == set()


@pytest.mark.parametrize(
    ("path", "sent"),
    [
        (ITEMS, item_body("PROD-001", attributes={"title": "Boot", "size": {"eu": [43]}})),
        (USERS, user_body("u")),
        (EVENTS, event_body("purchase", "u", "a", event_id=UUID)),
        (EVENTS, [event_body("view", "u"), {**event_body("click", "u"), "item_id": None}]),
        (RECOMMEND, {**QUESTION, "limit": 100, "filters": {"category": "Schuhe & mehr"}}),
    ],
)
def test_refusing_what_every_document_allows_is_drift(path: str, sent: Any) -> None:
    assert judged(path, sent, 400, DOCUMENTED_ERROR) == {("drift.refused", None)}


def test_accepting_the_wrong_type_of_key_is_drift_unless_the_key_policy_allows_it() -> None:
    answer = example("recommendation")
    assert judged(RECOMMEND, QUESTION, 200, answer, key="lehnz_sk_1") == {("drift.accepted", None)}
    assert judged(RECOMMEND, QUESTION, 200, answer, key="lehnz_sk_1", superset=True) == set()
    assert judged(RECOMMEND, QUESTION, 200, answer, key="a key of their own") == set()
    assert judged(ITEMS, item_body("a"), 202, taken(), key="lehnz_pk_1", superset=True) == {("drift.accepted", None)}


def test_undocumented_paths_are_not_judged() -> None:
    for path in ("/v2/recommend", "/health", "/auth/login", "/recommend"):
        assert judged(path, QUESTION, 200, {"anything": True}, headers={}) == set()
