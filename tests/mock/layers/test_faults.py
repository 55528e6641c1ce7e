"""Faults without a server: which requests they hit, and that the same seed hits the same ones."""

from random import Random
from typing import Any

import orjson
import pytest
from pydantic import ValidationError

from mock_server.layers.faults.fault import LONGEST_SECONDS, Fault, Request, error_statuses, problems
from mock_server.layers.faults.kinds import DECIDING, KINDS, OPTIONS
from mock_server.layers.faults.registry import MOST, Faults
from mock_server.state.clock import Clock, VirtualClock
from tests.support.shipped import OPERATIONS, SPEC

RECOMMEND, ITEMS = SPEC.operation("recommend"), SPEC.operation("upsertItems")
ASKED = Request(RECOMMEND, "acme-books", "publishable")
LOADED = Request(ITEMS, "acme-books", "secret")


def faults(*every: Fault, seed: int = 42, clock: Clock | None = None) -> Faults:
    made = Faults(seed, clock or VirtualClock(1_000.0))
    for fault in every:
        made.add(fault)
    return made


def pattern(made: Faults, count: int, request: Request = ASKED) -> list[bool]:
    return [bool(made.meet(request)) for _ in range(count)]


DROP: dict[str, Any] = {"kind": "drop"}


def test_a_fault_without_conditions_hits_every_request() -> None:
    made = faults(Fault(**DROP))
    assert pattern(made, 3) == [True] * 3
    assert made.meet(Request(None, None, None)) != []
    assert [each.hits for each in made] == [4]


@pytest.mark.parametrize(
    "condition", [{"operation_id": "recommend"}, {"tenant_id": "acme-books"}, {"key_type": "publishable"}]
)
def test_a_fault_hits_only_the_selected_requests(condition: dict[str, Any]) -> None:
    made = faults(Fault(**DROP, **condition))
    assert made.meet(ASKED) != []
    assert made.meet(Request(ITEMS, "glow-beauty-ng", "secret")) == []
    assert made.meet(Request(None, None, None)) == []


def test_times_counts_hits_separately_for_each_organisation() -> None:
    made = faults(Fault(**DROP, times=2))
    other = Request(RECOMMEND, "glow-beauty-ng", "publishable")
    assert pattern(made, 4) == [True, True, False, False]
    assert pattern(made, 3, other) == [True, True, False]


def test_skip_lets_the_first_requests_through() -> None:
    assert pattern(faults(Fault(**DROP, skip=2, times=1)), 5) == [False, False, True, False, False]


def test_a_fault_lasts_for_its_window_by_the_mocks_clock() -> None:
    clock = VirtualClock(1_000.0)
    made = faults(Fault(**DROP, from_seconds=10, for_seconds=5), clock=clock)
    found = []
    for step in (0, 9.9, 0.2, 4.8, 0.2):
        clock.advance(step)
        found.append(bool(made.meet(ASKED)))
    assert found == [False, False, True, True, False]


def test_an_organisations_own_time_moves_the_windows_of_its_faults() -> None:
    window = {**DROP, "for_seconds": 60}
    made = faults(Fault(**window, tenant_id="acme-books"), Fault(**window, tenant_id="glow-beauty-ng"))
    made.move_ahead("acme-books", 60)
    assert made.meet(ASKED) == []
    assert made.meet(ASKED._replace(tenant_id="glow-beauty-ng")) != []


def test_the_seed_decides_which_share_of_requests_is_hit() -> None:
    half = Fault(**DROP, share=0.5)
    first = pattern(faults(half), 400)
    assert 160 < sum(first) < 240
    assert pattern(faults(half), 400) == first
    assert pattern(faults(half, seed=43), 400) != first
    assert pattern(faults(Fault(**DROP, share=0.5, name="another")), 400) != first
    assert pattern(faults(Fault(**DROP, share=0)), 20) == [False] * 20


def test_other_traffic_doesnt_change_which_requests_are_hit() -> None:
    half = Fault(**DROP, share=0.5)
    alone = pattern(faults(half), 50)
    busy = faults(Fault(kind="latency", seconds=1), half, Fault(kind="no_results", share=0.3))
    met = []
    for _ in range(50):
        busy.meet(Request(RECOMMEND, "glow-beauty-ng", "publishable"))
        met.append(any(hit.fault is half for hit in busy.meet(ASKED)))
    assert met == alone


def test_the_first_fault_that_decides_the_answer_applies_and_others_are_not_used_up() -> None:
    made = faults(
        Fault(kind="status", status=500, times=1), Fault(kind="drop", times=1), Fault(kind="latency", seconds=1)
    )
    assert [[hit.fault.kind for hit in made.meet(ASKED)] for _ in range(3)] == [
        ["status", "latency"],
        ["drop", "latency"],
        ["latency"],
    ]


def test_a_status_skips_operations_that_dont_document_it() -> None:
    made = faults(Fault(kind="status", status=422))
    assert (len(made.meet(ASKED)), len(made.meet(LOADED))) == (1, 0)


def test_a_distribution_has_the_given_median_and_95th_percentile() -> None:
    fault = Fault(kind="latency", median=2, p95=8)
    rng = Random(7)
    drawn = sorted(fault.draw(rng) for _ in range(4_000))
    assert drawn[2_000] == pytest.approx(2, rel=0.1)
    assert drawn[3_800] == pytest.approx(8, rel=0.1)
    assert max(Fault(kind="latency", median=3_000, p95=3_600).draw(Random(n)) for n in range(500)) == LONGEST_SECONDS


def test_a_range_stays_within_its_ends() -> None:
    drawn = [Fault(kind="latency", shortest=1, longest=2).draw(Random(n)) for n in range(200)]
    assert 1 <= min(drawn) < 1.1
    assert 1.9 < max(drawn) <= 2


def test_every_option_belongs_to_a_kind_and_is_described() -> None:
    used = {option for kind in KINDS.values() for option in kind.options}
    assert used == set(OPTIONS)
    assert used <= set(Fault.model_fields)
    assert set(KINDS) >= DECIDING


@pytest.mark.parametrize(
    ("body", "field", "rule"),
    [
        ({"kind": "latency"}, "$.seconds", "takes seconds, or shortest and longest, or median and p95"),
        ({"kind": "latency", "seconds": 1, "median": 1, "p95": 2}, "$.seconds", "takes seconds, or"),
        ({"kind": "latency", "shortest": 1}, "$.seconds", "takes seconds, or"),
        ({"kind": "latency", "shortest": 2, "longest": 1}, "$.longest", "must be at least shortest"),
        ({"kind": "latency", "median": 2, "p95": 1}, "$.p95", "must be at least median"),
        ({"kind": "drop", "seconds": 1}, "$.seconds", "is not an option of the kind drop"),
        ({"kind": "status"}, "$.status", "takes status"),
        ({"kind": "status", "status": 503}, "$.status", "an error that an operation documents: 400, 401"),
        ({"kind": "status", "status": 422, "operation_id": "upsertItems"}, "$.status", "that upsertItems documents"),
        ({"kind": "status", "status": 422, "key_type": "secret"}, "$.status", "documents"),
        ({"kind": "status", "status": 500, "retry_after": 5}, "$.retry_after", "belongs to status 429"),
        ({"kind": "drop", "operation_id": "buy"}, "$.operation_id", "must be one of upsertItems, upsertUsers"),
    ],
)
def test_options_that_dont_fit_together_are_named_with_the_rule(body: dict[str, Any], field: str, rule: str) -> None:
    found = {problem.field: problem.message for problem in problems(Fault(**body), OPERATIONS)}
    assert rule in found[field]


@pytest.mark.parametrize(
    "body",
    [
        {"kind": "earthquake"},
        {"kind": "status", "status": 200},
        {"kind": "status", "status": "500"},
        {"kind": "latency", "seconds": -1},
        {"kind": "latency", "seconds": float("inf")},
        {"kind": "latency", "seconds": 1e9},
        {"kind": "dribble", "bytes_per_second": 0},
        {"kind": "drop", "share": 1.5},
        {"kind": "drop", "times": 0},
        {"kind": "drop", "skip": -1},
        {"kind": "drop", "name": "a\nb"},
        {"kind": "drop", "colour": "red"},
    ],
)
def test_a_value_out_of_range_is_refused(body: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        Fault(**body)


@pytest.mark.parametrize("kind", KINDS)
def test_every_form_of_every_kind_can_be_set(kind: Any) -> None:
    values = {"status": 500, "longest": 2, "p95": 2}
    for form in KINDS[kind].forms:
        fault = Fault(kind=kind, **{option: values.get(option, 1) for option in form})  # type: ignore[arg-type]
        assert problems(fault, OPERATIONS) == []
        assert len(faults(fault).meet(ASKED)) == 1


def test_the_documented_errors_come_from_the_spec() -> None:
    assert error_statuses(OPERATIONS, "recommend") == [400, 401, 403, 413, 415, 422, 429, 500]
    assert 422 not in error_statuses(OPERATIONS, "upsertItems")


def test_clearing_one_organisation_keeps_the_faults_of_the_others() -> None:
    made = faults(Fault(**DROP, tenant_id="acme-books"), Fault(**DROP, tenant_id="glow-beauty-ng"), Fault(**DROP))
    assert made.clear("acme-books") == ["fault-1"]
    assert [each.fault.tenant_id for each in made] == ["glow-beauty-ng", None]
    made.clear()
    assert not made.are_set


def test_a_reset_of_one_organisation_removes_its_faults_and_restarts_its_counts() -> None:
    made = faults(Fault(**DROP, times=1), Fault(kind="no_results", tenant_id="acme-books"))
    other = Request(RECOMMEND, "glow-beauty-ng", "publishable")
    assert (pattern(made, 1), pattern(made, 2, other)) == ([True], [True, False])
    made.reset("acme-books")
    assert len(made) == 1
    assert (pattern(made, 2), pattern(made, 1, other)) == ([True, False], [False])


def test_thawed_faults_continue_with_the_same_random_draws_and_age() -> None:
    clock = VirtualClock(1_000.0)
    made = faults(Fault(**DROP, share=0.5), Fault(kind="no_results", for_seconds=60), clock=clock)
    made.start_scenario("slow", "acme-books")
    pattern(made, 7)
    clock.advance(50)
    frozen = made.freeze()
    went_on = [[hit.label for hit in made.meet(ASKED)] for _ in range(20)]
    made.clear()
    clock.advance(1_000)
    made.thaw(frozen)
    assert [[hit.label for hit in made.meet(ASKED)] for _ in range(20)] == went_on
    assert made.scenarios == {"acme-books": "slow"}
    clock.advance(11)
    assert "no_results" not in {hit.fault.kind for hit in made.meet(ASKED)}
    assert made.add(Fault(**DROP)).fault_id == "fault-5"


def test_one_organisations_faults_can_be_frozen_without_the_others() -> None:
    other = Request(RECOMMEND, "glow-beauty-ng", "publishable")
    made = faults(Fault(**DROP, times=2), Fault(kind="no_results", tenant_id="acme-books"))
    pattern(made, 1)
    frozen = made.freeze("acme-books")
    pattern(made, 1)
    pattern(made, 1, other)
    made.thaw(frozen, "acme-books")
    assert [len(made.meet(ASKED)) for _ in range(3)] == [2, 1, 1]
    assert pattern(made, 2, other) == [True, False]


def test_thawing_an_organisation_of_another_mock_keeps_this_mocks_faults() -> None:
    theirs = faults(Fault(**DROP, times=1), Fault(kind="no_results", tenant_id="acme-books"))
    pattern(theirs, 1)
    ours = faults(Fault(**DROP, times=2), Fault(kind="malformed", tenant_id="glow-beauty-ng"))
    ours.thaw(theirs.freeze("acme-books"), "acme-books")
    assert [(each.fault_id, each.fault.kind) for each in ours] == [
        ("fault-1", "drop"),
        ("fault-2", "malformed"),
        ("fault-3", "no_results"),
    ]
    assert ours["fault-1"].hits == 0


def test_a_frozen_registry_is_json() -> None:
    made = faults(Fault(**DROP, share=0.5))
    made.start_scenario("failing")
    pattern(made, 3)
    again = Faults(42, VirtualClock(5.0))
    again.thaw(orjson.loads(orjson.dumps(made.freeze())))
    assert pattern(again, 5) == pattern(made, 5)


@pytest.mark.parametrize(
    "spoilt", [{"numbers": -1}, {"faults": [{"fault_id": "fault-1"}]}, {"scenarios": [[None, "war"]]}, {"more": 1}]
)
def test_thawing_invalid_data_changes_nothing(spoilt: dict[str, Any]) -> None:
    made = faults(Fault(**DROP, times=2))
    pattern(made, 1)
    with pytest.raises(ValueError, match="FrozenFaults"):
        made.thaw(made.freeze() | spoilt)
    assert pattern(made, 2) == [True, False]


def test_the_number_of_faults_is_limited() -> None:
    made = faults(*[Fault(**DROP)] * MOST)
    with pytest.raises(OverflowError, match="1000 faults already"):
        made.add(Fault(**DROP))
    made.start_scenario("slow")
    assert len(made) == MOST + 2
