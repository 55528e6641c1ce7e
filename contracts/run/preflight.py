"""Checks before the run whether the target could be the API, and whether it accepts the keys.

It sends at most ten requests. Its errors name the cause: no server, a gateway, another path, another key."""

from contracts.exchange import Exchange
from contracts.outcome import NotJudged, TargetError
from contracts.run.operations import SESSION
from contracts.run.probe import Probe
from contracts.run.run import Run
from fixtures.spec import Operation

_HOPELESS = ("connection refused", "the host name is not known", "no connection within", "certificate is not trusted")
_APART, _ROUNDING = 1.8, 2  # seconds
_OPTIONS = {
    "pk": "--publishable-key",
    "sk": "--secret-key",
    "pk2": "--other-publishable-key",
    "sk2": "--other-secret-key",
}


def preflight(run: Run, needs_other: bool = True) -> None:
    """Send one request per key, and find the spelling of session_based that the target accepts. Raises TargetError with
    one clear line. `needs_other`: whether the second organisation's keys will be used."""
    probe = Probe(run, "preflight")
    organisations = ("main", "other") if run.target.other and needs_other else ("main",)
    questions = _questions(probe)[: 2 if run.plan.brief else None]
    try:
        answers = [_ask(probe, operation, body, "main") for operation, body in questions]
        _judge_target(run, answers)
        if len(organisations) > 1:
            _let_windows_differ(run, answers[0])
        for organisation in organisations[1:]:
            answers += [_ask(probe, operation, body, organisation) for operation, body in _questions(probe)[:2]]
        _judge_keys(run, answers)
        if run.operations.edition == "current":
            _find_spelling(probe)
    except NotJudged as reason:
        raise TargetError(f"{run.target.url}: {reason}") from None


def _questions(probe: Probe) -> list[tuple[Operation, dict[str, object]]]:
    """Return one request for each key; the upsert contains nothing that could be stored."""
    operations = probe.operations
    return [
        (operations.recommend, {"user_id": probe.name("preflight"), "limit": 1}),
        (operations.items, {}),
        (operations.events, {}),
    ]


def _ask(probe: Probe, operation: Operation, body: dict[str, object], organisation: str) -> Exchange:
    exchange = probe.send(operation, body, organisation=organisation)
    if exchange.failure.startswith(_HOPELESS[:3]) or _HOPELESS[3] in exchange.failure:
        raise TargetError(f"{probe.target.url}: {exchange.failure}")
    return exchange


def _let_windows_differ(run: Run, first: Exchange) -> None:
    """Wait if the first window is not as long as it should be, so that the second one begins at another second and
    RATE-window can compare them."""
    reset = first.number_of("RateLimit-Reset")
    if reset is not None and abs(reset - run.target.window_seconds) > _ROUNDING:
        run.sleep(_APART)


def _judge_target(run: Run, answers: list[Exchange]) -> None:
    """Require one answer that could be the API's; the checks judge what is wrong with the others."""
    problems = [problem for answer in answers if (problem := _problem(answer))]
    if len(problems) == len(answers):
        raise TargetError(f"{run.target.url}: {problems[0]}")
    if all(answer.status == 404 for answer in answers):
        paths = ", ".join(answer.path for answer in answers)
        raise TargetError(f"{run.target.url}: it answers 404 to {paths}; is the --target's path right?")


def _problem(answer: Exchange) -> str:
    kind = answer.headers.get("content-type", "")
    if answer.status is None:
        return answer.failure
    if 300 <= answer.status < 400:
        where = answer.headers.get("location", "elsewhere").split("?")[0]
        return f"it redirects to {where}; give that URL as --target"
    asks = "www-authenticate" in answer.headers or "proxy-authenticate" in answer.headers
    if answer.status in (401, 407) and asks and answer.envelope.get("success") is not False:
        return f"something in front of it asks for credentials ({answer.status}); give them with --header"
    if answer.status in (502, 503, 504):
        return f"it is not up, or a gateway can't reach it ({answer.status})"
    if "html" in kind:
        return f"it answers HTML (status {answer.status}), not the API"
    return "" if answer.json is not None else f"it answers {answer.status} without JSON"


def _judge_keys(run: Run, answers: list[Exchange]) -> None:
    """Refuse a key that no operation accepts, because it must be the wrong one. If some operation accepts it, the
    checks judge the others."""
    for key, option in _OPTIONS.items():
        asked = [answer for answer in answers if answer.key == key]
        if asked and all(answer.status == 401 for answer in asked):
            raise TargetError(f"{run.target.url}: it refuses the key of {option} (401)")
    refused = [answer for answer in answers if answer.status == 403]
    if len(refused) == len(answers):
        raise TargetError(f"{run.target.url}: it refuses every key (403); are publishable and secret key swapped?")


def _find_spelling(probe: Probe) -> None:
    for spelling in SESSION:
        answer = probe.recommend(strategy=spelling, user_id=probe.name("preflight"), limit=1)
        if answer.ok:
            probe.operations.session = spelling
            return
