"""Outcomes and verdicts: precedence, blocked checks, known deviations."""

from datetime import date
from pathlib import Path

import pytest

import contracts.rules  # noqa: F401 - registers the rules
from contracts.catalogue import Entry
from contracts.config import deviations_of, read_config
from contracts.deviations import apply, draft
from contracts.exchange import Exchange
from contracts.outcome import Finding, Level, Outcome, Result, UsageError, Verdict, verdict_of
from contracts.run.engine import explain
from contracts.target import Deviation

MUST, SHOULD, INFO = Level.MUST, Level.SHOULD, Level.INFO
TODAY = date(2026, 6, 1)


def result(outcome: Outcome, level: Level = MUST, check: str = "A-b", *cases: str) -> Result:
    return Result(check, level, outcome, findings=[Finding(check, case, "recommend", "x", "y") for case in cases])


@pytest.mark.parametrize(
    ("results", "strict", "verdict"),
    [
        ([result(Outcome.PASS)], False, Verdict.CONFORMS),
        ([result(Outcome.PASS), result(Outcome.SKIP)], False, Verdict.CONFORMS),
        ([result(Outcome.PASS), result(Outcome.INCONCLUSIVE)], False, Verdict.INCONCLUSIVE),
        ([result(Outcome.FAIL), result(Outcome.ERROR), result(Outcome.INCONCLUSIVE)], False, Verdict.FAILS),
        ([result(Outcome.PASS), result(Outcome.ERROR), result(Outcome.INCONCLUSIVE)], False, Verdict.ERROR),
        ([result(Outcome.PASS), result(Outcome.FAIL, SHOULD)], False, Verdict.CONFORMS),
        ([result(Outcome.PASS), result(Outcome.FAIL, SHOULD)], True, Verdict.FAILS),
        ([result(Outcome.PASS), result(Outcome.FAIL, INFO)], True, Verdict.CONFORMS),
        ([result(Outcome.SKIP), result(Outcome.DISABLED)], False, Verdict.INCONCLUSIVE),
        ([], False, Verdict.INCONCLUSIVE),
    ],
)
def test_the_verdict(results: list[Result], strict: bool, verdict: Verdict) -> None:
    assert verdict_of(results, strict) is verdict


def test_checks_that_depend_on_a_failed_one_are_blocked() -> None:
    catalogue = {
        "A-b": Entry("A-b", "A", MUST, "S.", "x"),
        "A-c": Entry("A-c", "A", MUST, "S.", "x", depends=("A-b",)),
        "A-d": Entry("A-d", "A", MUST, "S.", "x", depends=("A-c",)),
    }
    results = [result(Outcome.FAIL, MUST, "A-b"), result(Outcome.PASS, MUST, "A-c"), result(Outcome.FAIL, MUST, "A-d")]
    explain(results, catalogue)
    assert [r.outcome for r in results] == [Outcome.FAIL, Outcome.PASS, Outcome.INCONCLUSIVE]
    assert results[2].reason == "blocked by A-b"


@pytest.mark.parametrize(
    ("level", "outcomes"), [(MUST, [Outcome.INCONCLUSIVE, Outcome.FAIL]), (SHOULD, [Outcome.FAIL, Outcome.FAIL])]
)
def test_a_crash_is_explained_only_by_a_check_of_the_same_level(level: Level, outcomes: list[Outcome]) -> None:
    names = {"ROBUST-never-5xx": MUST, "A-b": level}
    crash = Exchange(1, "A-b", None, "HEAD", "/", "pk", "main", {}, b"", 0, 0, 500)
    results = [
        Result(name, of, Outcome.FAIL, findings=[Finding(name, "HEAD", "-", "x", "y", (crash,))])
        for name, of in names.items()
    ]
    explain(results, {name: Entry(name, "A", of, "S.", "x") for name, of in names.items()})
    assert [each.outcome for each in results] == outcomes


@pytest.mark.parametrize(("status", "outcome"), [(401, Outcome.INCONCLUSIVE), (400, Outcome.FAIL)])
def test_a_right_key_that_is_refused_explains_all_that_failed_only_for_it(status: int, outcome: Outcome) -> None:
    refused = Exchange(1, "A-b", "recommend", "POST", "/", "pk", "main", {}, b"", 0, 0, status)
    names = ("AUTH-never-refused", "A-b")
    results = [
        Result(name, MUST, Outcome.FAIL, findings=[Finding(name, "x", "-", "x", "y", (refused,))]) for name in names
    ]
    explain(results, {name: Entry(name, "A", MUST, "S.", "x") for name in names})
    assert [each.outcome for each in results] == [Outcome.FAIL, outcome]


def test_a_check_without_enough_requests_blocks_no_other() -> None:
    catalogue = {
        "A-b": Entry("A-b", "A", MUST, "S.", "x"),
        "A-c": Entry("A-c", "A", MUST, "S.", "x", depends=("A-b",)),
    }
    starved, silent = result(Outcome.INCONCLUSIVE, MUST, "A-b"), result(Outcome.INCONCLUSIVE, MUST, "A-b")
    starved.starved = True
    for ancestor, outcome in ((starved, Outcome.FAIL), (silent, Outcome.INCONCLUSIVE)):
        failed = result(Outcome.FAIL, MUST, "A-c")
        explain([ancestor, failed], catalogue)
        assert failed.outcome is outcome


def test_a_rules_finding_is_blocked_only_by_a_failed_check() -> None:
    catalogue = {
        "A-b": Entry("A-b", "A", MUST, "S.", "x"),
        "REC-200": Entry("REC-200", "A", MUST, "S.", "x", depends=("A-b",)),
    }
    for before, after in ((Outcome.INCONCLUSIVE, Outcome.FAIL), (Outcome.FAIL, Outcome.INCONCLUSIVE)):
        seen = result(Outcome.FAIL, MUST, "REC-200")
        explain([result(before, MUST, "A-b"), seen], catalogue)
        assert seen.outcome is after


def test_a_known_deviation_allows_only_its_case() -> None:
    known = [Deviation("A-b", "agreed", case="one")]
    admitted, other = result(Outcome.FAIL, MUST, "A-b", "one"), result(Outcome.FAIL, MUST, "A-b", "one", "two")
    assert apply([admitted], known, False, TODAY) == []
    assert (admitted.outcome, len(admitted.known)) == (Outcome.PASS, 1)
    apply([other], known, False, TODAY)
    assert (other.outcome, [finding.case for finding in other.findings]) == (Outcome.FAIL, ["two"])


def test_an_expired_deviation_allows_nothing() -> None:
    failed = result(Outcome.FAIL, MUST, "A-b", "one")
    notes = apply([failed], [Deviation("A-b", "agreed", expires=date(2026, 5, 31))], False, TODAY)
    assert failed.outcome is Outcome.FAIL
    assert "expired" in notes[0]


@pytest.mark.parametrize(("strict", "outcome"), [(False, Outcome.PASS), (True, Outcome.FAIL)])
def test_a_deviation_that_no_longer_occurs_is_a_warning_and_a_failure_only_if_strict(
    strict: bool, outcome: Outcome
) -> None:
    passed = result(Outcome.PASS)
    notes = apply([passed], [Deviation("A-b", "agreed")], strict, TODAY)
    assert "no longer occurs" in notes[0]
    assert passed.outcome is outcome


def test_a_drafted_deviations_file_is_refused_until_it_has_reasons(tmp_path: Path) -> None:
    file = tmp_path / "target.toml"
    file.write_text(draft([result(Outcome.FAIL, MUST, "A-b", 'a "quoted" case')]), encoding="utf-8")
    with pytest.raises(UsageError, match="needs a reason"):
        deviations_of(read_config(file), {"A-b"}, file)
    file.write_text(file.read_text().replace('reason = ""', 'reason = "agreed"'), encoding="utf-8")
    (deviation,) = deviations_of(read_config(file), {"A-b"}, file)
    assert (deviation.case, deviation.operation) == ('a "quoted" case', "recommend")
