"""Filling a target: within the budget, with or without arrays, and reporting lists that stay empty."""

import json
import time
from collections import Counter
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from fixtures.connection import Connection
from fixtures.option_error import OptionError
from load import _prepare
from load._keys import Organisation

ORGANISATIONS = [Organisation("one", "pk-1", "sk-1"), Organisation("two", "pk-2", "sk-2")]


class Target:
    """A server in memory that keeps the requests."""

    def __init__(self) -> None:
        self.calls: Counter[str] = Counter()
        self.items: dict[str, int] = {}
        self.arrays = self.visible = True
        self.statuses: Iterator[int] = iter(())

    def __call__(self, request: httpx.Request) -> httpx.Response:
        key = request.headers["X-API-KEY"]
        organisation = key[-1]
        self.calls[organisation] += 1
        if status := next(self.statuses, 0):
            return httpx.Response(status, headers={"RateLimit-Reset": "44"}, json={"success": False, "message": "no"})
        body: Any = json.loads(request.content)
        if request.url.path == "/v1/recommend":
            filled = self.visible and self.items.get(organisation)
            return httpx.Response(200, json={"data": {"recommended_items": ["a"] if filled else []}})
        if isinstance(body, list) and not self.arrays and "events" not in request.url.path:
            return httpx.Response(400, json={"success": False, "message": "an object is needed"})
        assert key.startswith("pk" if "events" in request.url.path else "sk")
        if "items" in request.url.path:
            self.items[organisation] = self.items.get(organisation, 0) + (len(body) if isinstance(body, list) else 1)
        return httpx.Response(202, json={"success": True, "message": "ok", "data": {"accepted": 1}})


@pytest.fixture
def target(monkeypatch: pytest.MonkeyPatch) -> Target:
    found = Target()
    client = httpx.Client

    def make(**options: Any) -> httpx.Client:
        return client(base_url=options["base_url"], transport=httpx.MockTransport(found))

    monkeypatch.setattr(httpx, "Client", make)
    monkeypatch.setattr(time, "sleep", lambda _: None)
    return found


def prepare(budget: int = 20, settle: float = 5.0) -> list[_prepare.Prepared]:
    return _prepare.prepare("http://x", ORGANISATIONS, "small", 1, budget, settle, Connection())


def test_every_organisation_gets_the_shop_in_a_few_requests(target: Target) -> None:
    prepared = prepare()
    assert [(one.items, one.users, one.events, one.problem) for one in prepared] == [(50, 40, 1000, "")] * 2
    assert [one.requests for one in prepared] == [target.calls["1"], target.calls["2"]] == [5, 5]
    assert _prepare.report(prepared) == 0


@pytest.mark.parametrize("budget", [5, 12, 20])
def test_the_budget_is_never_exceeded(target: Target, budget: int) -> None:
    target.arrays = False
    prepared = prepare(budget)
    assert max(target.calls.values()) <= budget
    assert [one.requests for one in prepared] == list(target.calls.values())
    assert all(one.items > 0 or one.problem for one in prepared)


def test_a_target_without_arrays_gets_single_objects(target: Target) -> None:
    target.arrays = False
    assert prepare(200)[0].items == 50


def test_lists_that_stay_empty_are_a_problem_and_exit_4(target: Target, capsys: pytest.CaptureFixture[str]) -> None:
    target.visible = False
    prepared = prepare(settle=0.0)
    assert _prepare.report(prepared) == 4
    assert "still empty" in capsys.readouterr().err


def test_a_5xx_is_tried_again_and_counted(target: Target) -> None:
    target.statuses = iter([503, 503])
    assert prepare()[0].problem == ""
    assert target.calls["1"] == 7


def test_a_429_ends_the_filling_with_its_reset(target: Target) -> None:
    target.statuses = iter([429])
    assert "another 44 s" in prepare()[0].problem


def test_a_refused_key_is_named_by_request_and_status(target: Target) -> None:
    target.statuses = iter([403])
    assert prepare()[0].problem == "POST /v1/ingest/items/upsert answers 403"


def test_a_budget_too_small_to_say_anything_is_refused() -> None:
    with pytest.raises(OptionError, match="--budget"):
        prepare(budget=3)
