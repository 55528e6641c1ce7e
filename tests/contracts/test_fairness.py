"""An independent server: its legal variants conform, and each broken one fails for exactly one reason."""

import pytest

from contracts.catalogue import load_catalogue
from contracts.options import parser
from contracts.outcome import Level, Outcome, TargetError, Verdict
from contracts.session import Report, judge
from contracts.settings import settings_of
from tests.support.small_server import Freedoms, small_server

pytestmark = pytest.mark.slow  # about twenty runs

KEYS = ("--publishable-key", "lehnz_pk_shop_a", "--secret-key", "lehnz_sk_shop_a")
OTHERS = ("--other-publishable-key", "lehnz_pk_shop_b", "--other-secret-key", "lehnz_sk_shop_b")


def judged(freedoms: Freedoms, *options: str, keys: tuple[str, ...] = (*KEYS, *OTHERS)) -> Report:
    catalogue = load_catalogue()
    with small_server(freedoms) as url:
        arguments = parser().parse_args(
            ["--target", url, *keys, "--profile", "quick", "--settle", "2", "--no-reference", *options]
        )
        return judge(settings_of(vars(arguments), catalogue), catalogue, lambda _: None)


def reds(report: Report) -> dict[str, str]:
    """Return the failed MUSTs with their first finding."""
    failed = [each for each in report.results if each.outcome is Outcome.FAIL and each.level is Level.MUST]
    return {each.check: each.findings[0].actual for each in failed}


@pytest.mark.parametrize(
    "freedoms",
    [
        Freedoms(),
        Freedoms(floats=True),
        Freedoms(uuids_only=True),
        Freedoms(spelling=("session-based",)),
        Freedoms(spelling=("session_based",)),
        Freedoms(cookie=True),
        Freedoms(short_enums=True),
        Freedoms(fails_once=True),
        Freedoms(personal="last touched first"),
        Freedoms(personal="unseen only"),
        Freedoms(no_arrays=True),
        Freedoms(at_most=60, strict_pages=True),
        Freedoms(slides=True, plain_errors=True),
        Freedoms(lag=1.2),
    ],
    ids=lambda freedoms: ", ".join(
        f"{name} {value}" for name, value in vars(freedoms).items() if value != vars(Freedoms())[name]
    ),
)
def test_a_legal_server_conforms(freedoms: Freedoms) -> None:
    report = judged(freedoms)
    assert (report.verdict, reds(report)) == (Verdict.CONFORMS, {})


def test_a_request_that_fails_once_is_reported_as_intermittent() -> None:
    report = judged(Freedoms(fails_once=True))
    (result,) = [each for each in report.results if each.check == "ROBUST-passing-5xx"]
    assert result.outcome is Outcome.FAIL
    assert "intermittent" in result.findings[0].actual


def test_behind_a_gateway_the_password_is_never_overwritten() -> None:
    report = judged(Freedoms(password="Basic c2hvcDpzZXNhbWU="), "--header", "Authorization: Basic c2hvcDpzZXNhbWU=")
    assert (report.verdict, reds(report)) == (Verdict.CONFORMS, {})


@pytest.mark.parametrize(
    ("freedoms", "keys", "said"),
    [
        (Freedoms(password="Basic eA=="), KEYS, "something in front of it asks for credentials (401)"),
        (Freedoms(), ("--publishable-key", "lehnz_pk_x", *KEYS[2:]), "refuses the key of --publishable-key"),
        (Freedoms(), (*KEYS[:3], "lehnz_sk_x"), "refuses the key of --secret-key"),
        (Freedoms(), (*KEYS, *OTHERS[:3], "lehnz_sk_x"), "refuses the key of --other-secret-key"),
    ],
)
def test_a_wrong_key_or_gateway_is_named_as_the_cause(freedoms: Freedoms, keys: tuple[str, ...], said: str) -> None:
    with pytest.raises(TargetError) as raised:
        judged(freedoms, keys=keys)
    assert said in str(raised.value)


@pytest.mark.parametrize(
    ("freedoms", "check"),
    [
        (Freedoms(forgets_status=True), "LIFE-inactive-hides"),
        (Freedoms(poisoned=True), "ROBUST-never-5xx"),
        (Freedoms(folds_ids=True), "QUEUE-becomes-visible"),
    ],
    ids=["forgets the status", "one item makes lists crash", "ids in lower case"],
)
def test_one_defect_fails_one_statement(freedoms: Freedoms, check: str) -> None:
    report = judged(freedoms)
    assert report.verdict is not Verdict.CONFORMS
    assert set(reds(report)) <= {check}, reds(report)
