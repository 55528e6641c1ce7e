"""Checks before the run whether the target could be the API, and whether it accepts the keys.

It sends at most ten requests. Its errors name the cause: no server, a gateway, another path, another key."""

from contracts.exchange import Exchange
from contracts.outcome import NotJudged, TargetError
from contracts.run.operations import SESSION
from contracts.run.probe import Probe
from contracts.run.run import Run
from fixtures.spec import Operation

_HOPELESS = ("connection refused", "the host name is not known", "no connection within", "certificate is not trusted")
_ELSEWHERE = ("bearer", "other-header")  # credentials with a right key in a wrong place
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
        responses = [_ask(probe, operation, body, "main") for operation, body in questions]
        _judge_target(run, responses)
        if len(organisations) > 1:
            _let_windows_differ(run, responses[0])
        for organisation in organisations[1:]:
            responses += [_ask(probe, operation, body, organisation) for operation, body in _questions(probe)[:2]]
        _judge_keys(probe, responses)
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
    exchange = probe.send(operation, body, organisation=organisation, turn=0, fresh=True)
    if exchange.failure.startswith(_HOPELESS[:3]) or _HOPELESS[3] in exchange.failure:
        raise TargetError(f"{probe.target.url}: {exchange.failure}")
    return exchange


def _let_windows_differ(run: Run, first: Exchange) -> None:
    """Wait if the first window is not as long as it should be, so that the second one begins at another second and
    RATE-window can compare them."""
    reset = first.number_of("RateLimit-Reset")
    if reset is not None and abs(reset - run.target.window_seconds) > _ROUNDING:
        run.sleep(_APART)


def _judge_target(run: Run, responses: list[Exchange]) -> None:
    """Require one response that could be the API's; the checks judge what is wrong with the others."""
    problems = [problem for response in responses if (problem := _problem(response))]
    if len(problems) == len(responses):
        raise TargetError(f"{run.target.url}: {problems[0]}")
    if all(response.status == 404 for response in responses):
        paths = ", ".join(response.path for response in responses)
        raise TargetError(f"{run.target.url}: it answers 404 to {paths}; is the --target's path right?")


def _problem(response: Exchange) -> str:
    kind = response.headers.get("content-type", "")
    if response.status is None:
        return response.failure
    if 300 <= response.status < 400:
        where = response.headers.get("location", "elsewhere").split("?")[0]
        return f"it redirects to {where}; give that URL as --target"
    asks = "www-authenticate" in response.headers or "proxy-authenticate" in response.headers
    if response.status in (401, 407) and asks and response.envelope.get("success") is not False:
        return f"something in front of it asks for credentials ({response.status}); give them with --header"
    if response.status in (502, 503, 504):
        return f"it is not up, or a gateway can't reach it ({response.status})"
    if "html" in kind:
        return f"it answers HTML (status {response.status}), not the API"
    return "" if response.json is not None else f"it answers {response.status} without JSON"


def _judge_keys(probe: Probe, responses: list[Exchange]) -> None:
    """Refuse a key that no operation accepts, because it must be the wrong one. If some operation accepts it, or if it
    is accepted in another place, the checks judge the others."""
    url = probe.target.url
    for key, option in _OPTIONS.items():
        asked = [response for response in responses if response.key == key]
        if asked and all(response.status == 401 for response in asked):
            if _accepted_elsewhere(probe, asked[0]):
                return
            raise TargetError(f"{url}: it refuses the key of {option} (401)")
    refused = [response for response in responses if response.status == 403]
    if len(refused) == len(responses):
        raise TargetError(f"{url}: it refuses every key (403); are publishable and secret key swapped?")


def _accepted_elsewhere(probe: Probe, refused: Exchange) -> bool:
    """Return whether the target takes the key of the first organisation where no document puts it."""
    own = {probe.credentials.right(kind).name: kind for kind in ("publishable", "secret")}
    wrong = probe.credentials.wrong(own[refused.key]) if refused.key in own else {}
    again = [
        probe.request(refused.method, refused.path, wrong[place], json=refused.request_json)
        for place in _ELSEWHERE
        if place in wrong
    ]
    return any(response.status not in (None, 401) for response in again)


def _find_spelling(probe: Probe) -> None:
    for spelling in SESSION:
        response = probe.recommend(strategy=spelling, user_id=probe.name("preflight"), limit=1)
        if response.ok:
            probe.operations.session = spelling
            return
