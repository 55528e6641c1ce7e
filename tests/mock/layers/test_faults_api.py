"""Faults in the API's answers (documented, in the envelope, with its headers), and how the control plane sets them."""

from collections.abc import Iterator
from typing import Any

import pytest

from fixtures.bodies import item_body
from mock_server.layers.faults.fault import Fault
from tests.support.mock_client import ITEMS, RECOMMEND, Client, make_client
from tests.support.steered import POPULAR, Steered


@pytest.fixture
def steered() -> Iterator[Steered]:
    steered = Steered()
    yield steered
    steered.api.close()


@pytest.mark.parametrize("status", [400, 401, 403, 413, 415, 422, 429, 500])
def test_every_documented_error_can_be_asked_for_and_is_as_documented(steered: Steered, status: int) -> None:
    steered.fault(kind="status", status=status, operation_id="recommend", name="today")
    answer = steered.ask()  # the client validates each answer against the spec
    assert answer.status == status
    assert answer.json["error"] == "the fault 'today' is set"


def test_a_429_says_when_to_retry_and_that_nothing_is_left(steered: Steered) -> None:
    steered.fault(kind="status", status=429, retry_after=7)
    answer = steered.ask()
    assert (answer.limit, answer.headers["retry-after"]) == ((1000, 0, 7), "7")


def test_a_429_without_retry_after_gives_the_end_of_the_window(steered: Steered) -> None:
    steered.ask()
    steered.api.advance(100)
    steered.fault(kind="status", status=429)
    answer = steered.ask()
    assert (answer.limit, answer.headers["retry-after"]) == ((1000, 0, 800), "800")


def test_an_injected_429_costs_nothing_and_any_other_injected_error_a_request(steered: Steered) -> None:
    steered.fault(kind="status", status=429, times=3)
    steered.fault(kind="status", status=500, times=2)
    assert [steered.ask().status for _ in range(6)] == [429, 429, 429, 500, 500, 200]
    assert steered.ask().limit[1] == 1000 - 4


def test_an_injected_error_stores_nothing(steered: Steered) -> None:
    steered.fault(kind="status", status=500, times=1)
    assert steered.api.post(ITEMS, item_body("a")).status == 500
    assert steered.ask().ids == []


def test_slow_ingestion_delays_by_the_mocks_clock_and_keeps_the_order(steered: Steered) -> None:
    steered.fault(kind="slow_ingestion", seconds=30, times=1)
    steered.api.post(ITEMS, item_body("first"))
    steered.api.post(ITEMS, item_body("second"))
    steered.api.advance(29)
    assert steered.ask().ids == []
    steered.api.advance(1)
    assert set(steered.ask().ids) == {"first", "second"}


def test_no_results_is_an_empty_list_for_as_long_as_it_is_set(steered: Steered) -> None:
    steered.api.post(ITEMS, item_body("a"))
    fault_id = steered.fault(kind="no_results")
    answer = steered.ask()
    assert (answer.status, answer.ids, answer.data["pagination"]["total_count"]) == (200, [], 0)
    assert steered.api.post(RECOMMEND, {"strategy": "popular", "filters": {"price": {"min": "x"}}}).status == 400
    steered.control("DELETE", f"/faults/{fault_id}")
    assert steered.ask().ids == ["a"]


def test_a_delayed_invalid_request_is_still_refused(steered: Steered) -> None:
    steered.fault(kind="slow_ingestion", seconds=1)
    assert steered.api.post(ITEMS, {"item_id": "a"}).fields == {
        "$.item_type": "is required",
        "$.status": "is required",
    }


def test_faults_are_listed_with_their_hits(steered: Steered) -> None:
    steered.fault(kind="status", status=500, times=1, tenant_id=steered.own, operation_id="recommend")
    steered.ask()
    steered.ask()
    (shown,) = steered.control("GET", "/faults")["faults"]
    given = {name: value for name, value in shown.items() if value is not None}
    assert given == {
        "fault_id": "fault-1",
        "kind": "status",
        "status": 500,
        "times": 1,
        "tenant_id": steered.own,
        "operation_id": "recommend",
        "share": 1.0,
        "skip": 0,
        "from_seconds": 0.0,
        "hits": 1,
    }


def test_faults_can_be_listed_and_removed_for_one_organisation(steered: Steered) -> None:
    everyones, its = steered.fault(kind="drop"), steered.fault(kind="drop", tenant_id=steered.own)
    query = f"/faults?tenant_id={steered.own}"
    assert [each["fault_id"] for each in steered.control("GET", query)["faults"]] == [its]
    assert steered.control("DELETE", query) == {"fault_ids": [its]}
    assert steered.control("DELETE", "/faults", {"all": True}) == {"fault_ids": [everyones]}


@pytest.mark.parametrize(
    ("method", "path", "body", "status", "words"),
    [
        ("POST", "/faults", {}, 400, ["$.kind"]),
        ("POST", "/faults", {"kind": "drop", "seconds": 1}, 400, ["$.seconds", "not an option of the kind drop"]),
        ("POST", "/faults", {"kind": "drop", "tenant_id": "nobody"}, 404, ["nobody"]),
        ("POST", "/faults", {"kind": "drop", "times": 1.5}, 400, ["$.times"]),
        ("POST", "/faults", {"kind": "status", "status": 418}, 400, ["$.status", "429"]),
        ("POST", "/faults", {"kind": "drop", "color": "red"}, 400, ["$.color"]),
        ("POST", "/faults", [], 400, ["$"]),
        ("DELETE", "/faults/fault-9", None, 404, ["fault-9"]),
        ("DELETE", "/faults?tenant_id=nobody", None, 404, ["nobody"]),
        ("PUT", "/scenario", {}, 400, ["$.name"]),
        ("PUT", "/scenario", {"name": "war"}, 400, ["$.name", "rate-limited"]),
        ("PUT", "/scenario", {"name": "slow", "tenant_id": "nobody"}, 404, ["nobody"]),
    ],
)
def test_an_invalid_fault_is_refused_and_not_kept(
    steered: Steered, method: str, path: str, body: Any, status: int, words: list[str]
) -> None:
    answer = steered.call(method, path, body)
    assert answer.status_code == status
    assert [word for word in words if word not in answer.text] == []
    assert steered.control("GET", "/faults") == {"faults": []}


def test_the_kinds_are_listed_with_their_options(steered: Steered) -> None:
    table = steered.control("GET", "/fault-kinds")
    kinds = {each["kind"]: each for each in table["kinds"]}
    assert kinds["latency"]["forms"] == [["seconds"], ["shortest", "longest"], ["median", "p95"]]
    assert set(table["options"]) == {name for kind in kinds.values() for name in sum(kind["forms"], kind["optional"])}


def test_removing_an_organisation_removes_its_faults(steered: Steered) -> None:
    steered.control("POST", "/organisations", {"tenant_id": "gone"})
    steered.fault(kind="drop", tenant_id="gone")
    steered.control("PUT", "/scenario", {"name": "slow", "tenant_id": "gone"})
    steered.control("DELETE", "/organisations/gone")
    assert steered.control("GET", "/faults") == {"faults": []}
    assert all(each["tenant_ids"] == [] for each in steered.control("GET", "/scenarios")["scenarios"])


def test_a_reset_removes_faults(steered: Steered) -> None:
    steered.fault(kind="drop", tenant_id=steered.own)
    steered.control("POST", "/reset", {"tenant_id": steered.own})
    assert steered.control("GET", "/faults") == {"faults": []}


def test_a_snapshot_contains_the_hits_of_a_fault(steered: Steered) -> None:
    steered.fault(kind="status", status=500, share=0.5)
    [steered.ask() for _ in range(5)]
    kept = steered.api.run(steered.api.mock.freeze())
    met = [steered.ask().status for _ in range(12)]
    assert set(met) == {200, 500}
    steered.api.run(steered.api.mock.restore(kept))
    assert [steered.ask().status for _ in range(12)] == met


def test_without_options_an_answer_has_no_extra_headers(steered: Steered) -> None:
    limits = {"ratelimit-limit", "ratelimit-remaining", "ratelimit-reset"}
    assert steered.ask().headers.keys() == {"content-type", "content-length", *limits}
    origin = [("Origin", "https://shop.example")]
    cors = {"access-control-allow-origin", "access-control-expose-headers", "vary"}
    assert steered.ask(headers=origin).headers.keys() == {"content-type", "content-length", *limits, *cors}


def test_server_timing_shows_the_mocks_time_and_a_faults_time_separately() -> None:
    steered = Steered(server_timing=True)
    try:
        plain = steered.ask().headers
        assert plain["server-timing"].startswith("app;dur=")
        assert plain["timing-allow-origin"] == "*"
        steered.fault(kind="slow_ingestion", seconds=1, name="tired")
        assert 'fault;dur=0.000;desc="tired"' in steered.ask().headers["server-timing"]
    finally:
        steered.api.close()


def test_a_fault_can_be_limited_to_a_key_type(steered: Steered) -> None:
    """A fault can be limited to a key type: here to requests with a secret key."""
    steered.fault(kind="status", status=500, key_type="secret")
    assert (steered.ask().status, steered.api.post(ITEMS, item_body("a")).status) == (200, 500)


class TestPrefer:
    @pytest.fixture
    def obliging(self) -> Iterator[Client]:
        client = make_client(allow_prefer=True)
        yield client
        client.close()

    @pytest.mark.parametrize(
        "value", ["code=429", 'code="429"', "respond-async, code=429", "return=minimal; code=429", "CODE = 429"]
    )
    def test_a_preferred_error_is_returned_for_this_request_only(self, obliging: Client, value: str) -> None:
        answer = obliging.post(RECOMMEND, POPULAR, headers=[("Prefer", value)])
        assert (answer.status, answer.limit[1]) == (429, 0)
        assert answer.headers["retry-after"] == str(answer.limit[2])
        assert obliging.post(RECOMMEND, POPULAR).status == 200

    def test_a_code_that_the_operation_doesnt_document_is_refused_by_name(self, obliging: Client) -> None:
        for code in ("418", "404", "4290", "x"):
            answer = obliging.post(RECOMMEND, POPULAR, headers=[("Prefer", f"code={code}")])
            assert answer.status == 400
            assert f"'{code}'" in answer.fields["header.Prefer"]
            assert "429" in answer.fields["header.Prefer"]
        assert obliging.post(ITEMS, item_body("a"), headers=[("Prefer", "code=422")]).status == 400

    def test_a_preferred_success_and_other_preferences_change_nothing(self, obliging: Client) -> None:
        for value in ("code=200", "return=minimal", "", "encode=429"):
            assert obliging.post(RECOMMEND, POPULAR, headers=[("Prefer", value)]).status == 200

    def test_a_preference_takes_precedence_over_a_fault_and_doesnt_use_it_up(self, obliging: Client) -> None:
        obliging.layers.faults.add(Fault(kind="status", status=500, times=1))
        assert obliging.post(RECOMMEND, POPULAR, headers=[("Prefer", "code=403")]).status == 403
        assert obliging.post(RECOMMEND, POPULAR).status == 500

    def test_without_the_option_the_header_is_ignored(self, steered: Steered) -> None:
        assert steered.ask(headers=[("Prefer", "code=429")]).status == 200
