"""Scenarios: a named set of faults for one organisation or all, which leaves no trace when it ends."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_args

import httpx
import pytest

from fixtures.bodies import event_body, item_body
from mock_server.command.options import UsageError, read_settings
from mock_server.layers.faults.fault import problems
from mock_server.layers.faults.scenarios import SCENARIOS
from mock_server.settings import ScenarioName
from tests.support.mock_client import EVENTS, ITEMS, RECOMMEND, Client
from tests.support.shipped import OPERATIONS
from tests.support.started_mock import started
from tests.support.steered import Steered

PERSONAL = {"strategy": "recently-viewed", "user_id": "ada"}


@pytest.fixture
def steered() -> Iterator[Steered]:
    steered = Steered()
    yield steered
    steered.api.close()


def active(steered: Steered, tenant_id: str | None = None) -> list[str]:
    query = f"?tenant_id={tenant_id}" if tenant_id else ""
    return [each["name"] for each in steered.control("GET", f"/scenarios{query}")["scenarios"] if each["active"]]


def ask(steered: Steered, tenant_id: str) -> Any:
    return steered.ask(key=steered.api.mock.organisations[tenant_id].publishable_key)


def test_the_table_has_every_scenario_with_valid_faults() -> None:
    assert set(SCENARIOS) == set(get_args(ScenarioName))
    for scenario in SCENARIOS.values():
        assert scenario.faults
        assert [problem for fault in scenario.faults for problem in problems(fault, OPERATIONS)] == []


def test_rate_limited_answers_429_and_says_when_to_retry(steered: Steered) -> None:
    steered.control("PUT", "/scenario", {"name": "rate-limited"})
    answer = steered.ask()
    assert (answer.status, answer.headers["retry-after"]) == (429, "5")
    assert answer.json["error"] == "the fault 'rate-limited' is set"


def test_failing_answers_500(steered: Steered) -> None:
    steered.control("PUT", "/scenario", {"name": "failing"})
    assert steered.ask().status == 500
    assert steered.api.post(ITEMS, item_body("a")).status == 500


def test_offline_closes_connections_without_an_answer(steered: Steered) -> None:
    steered.control("PUT", "/scenario", {"name": "offline"})
    for key in ("right", None, "lehnz_pk_of_nobody"):
        with pytest.raises(ConnectionAbortedError):
            steered.ask(key=key)
    with pytest.raises(ConnectionAbortedError):
        steered.api.get("/nowhere")


def test_slow_makes_data_visible_late(steered: Steered) -> None:
    steered.control("PUT", "/scenario", {"name": "slow"})
    steered.api.post(ITEMS, item_body("a"))
    assert steered.ask().ids == []
    steered.api.advance(5)
    assert steered.ask().ids == ["a"]


def shopping(client: Client) -> None:
    for item_id in ("a", "b"):
        client.post(ITEMS, item_body(item_id))
    client.post(EVENTS, event_body("view", "ada", "b"))


def test_empty_shows_empty_lists_and_keeps_the_data(steered: Steered) -> None:
    shopping(steered.api)
    before = steered.api.post(RECOMMEND, PERSONAL).data["results"]
    steered.control("PUT", "/scenario", {"name": "empty"})
    assert steered.api.post(RECOMMEND, PERSONAL).data["results"] == []
    steered.control("PUT", "/scenario", {"name": None})
    assert steered.api.post(RECOMMEND, PERSONAL).data["results"] == before


def test_cold_start_treats_a_known_user_as_unknown_and_keeps_the_data(steered: Steered) -> None:
    shopping(steered.api)
    assert steered.api.post(RECOMMEND, PERSONAL).data["mode"] == "behavioral"
    newcomer = steered.api.post(RECOMMEND, {**PERSONAL, "user_id": "nobody"}).data
    steered.control("PUT", "/scenario", {"name": "cold-start"})
    cold = steered.api.post(RECOMMEND, PERSONAL).data
    assert (cold["mode"], cold["results"]) == ("fallback", newcomer["results"])
    steered.api.advance(1)
    steered.api.post(EVENTS, event_body("view", "ada", "a"))
    steered.control("PUT", "/scenario", {"name": None})
    assert steered.api.post(RECOMMEND, PERSONAL).ids[:2] == ["a", "b"]


def test_a_scenario_of_one_organisation_affects_no_other(steered: Steered) -> None:
    steered.control("PUT", "/scenario", {"name": "failing", "tenant_id": "acme-books"})
    assert (ask(steered, "acme-books").status, ask(steered, steered.own).status) == (500, 200)
    assert (active(steered, "acme-books"), active(steered)) == (["failing"], [])


def test_an_organisations_own_scenario_wins_over_the_common_one(steered: Steered) -> None:
    steered.control("PUT", "/scenario", {"name": "failing"})
    steered.control("PUT", "/scenario", {"name": "empty", "tenant_id": "acme-books"})
    assert (ask(steered, "acme-books").status, ask(steered, steered.own).status) == (200, 500)
    steered.control("PUT", "/scenario", {"name": None, "tenant_id": "acme-books"})
    assert ask(steered, "acme-books").status == 500


def test_a_scenario_for_all_replaces_every_other(steered: Steered) -> None:
    steered.control("PUT", "/scenario", {"name": "empty", "tenant_id": "acme-books"})
    steered.control("PUT", "/scenario", {"name": "failing"})
    assert ask(steered, "acme-books").status == 500
    answer = steered.control("PUT", "/scenario", {"name": None})
    assert [each for each in answer["scenarios"] if each["active"] or each["tenant_ids"]] == []
    assert steered.control("GET", "/faults") == {"faults": []}


def test_a_scenario_ends_with_its_last_fault_and_keeps_other_faults(steered: Steered) -> None:
    other = steered.fault(kind="no_results")
    steered.control("PUT", "/scenario", {"name": "slow"})
    first, second = (each["fault_id"] for each in steered.control("GET", "/faults")["faults"] if each["scenario"])
    steered.control("DELETE", f"/faults/{first}")
    assert active(steered) == ["slow"]
    steered.control("DELETE", f"/faults/{second}")
    assert active(steered) == []
    assert [each["fault_id"] for each in steered.control("GET", "/faults")["faults"]] == [other]


def test_a_reset_returns_to_the_scenario_of_the_start() -> None:
    steered = Steered(scenario="failing")
    try:
        assert steered.ask().status == 500
        steered.control("DELETE", "/faults", {"all": True})
        assert (steered.ask().status, active(steered)) == (200, [])
        steered.control("POST", "/reset", {"all": True})
        assert (steered.ask().status, active(steered)) == (500, ["failing"])
    finally:
        steered.api.close()


def test_an_unknown_scenario_is_one_line_that_lists_the_known_ones() -> None:
    with pytest.raises(UsageError, match=r"--scenario war: .*'rate-limited', 'slow'"):
        read_settings(["--scenario", "war"], {})
    assert read_settings(["--scenario", "cold-start"], {}).scenario == "cold-start"


def test_the_command_can_start_with_a_scenario(tmp_path: Path) -> None:
    with started(tmp_path, "--scenario", "rate-limited", "--server-timing", "--allow-prefer") as mock:
        key = mock.found["organisations"][0]["publishable_key"]
        ask = {"content": json.dumps({"strategy": "popular"}), "headers": {"X-API-KEY": key}}
        answer = httpx.post(mock.url + RECOMMEND, **ask)  # type: ignore[arg-type]
        assert (answer.status_code, answer.headers["retry-after"]) == (429, "5")
        assert 'desc="rate-limited"' in answer.headers["server-timing"]
        ask["headers"] = {"X-API-KEY": key, "Prefer": "code=403"}
        assert httpx.post(mock.url + RECOMMEND, **ask).status_code == 403  # type: ignore[arg-type]
