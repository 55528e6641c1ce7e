"""Before anything is judged: does something answer there that could be the API at all?"""

from contracts.outcome import NotJudged, TargetError
from contracts.run.probe import Probe
from contracts.run.run import Run

_HOPELESS = ("connection refused", "the host name is not known", "no connection within", "certificate is not trusted")


def preflight(run: Run) -> None:
    """Raises TargetError with one clear line."""
    probe = Probe(run, "preflight")
    problems = []
    for operation, body in (
        (run.operations.recommend, {"strategy": "trending", "user_id": probe.name("preflight"), "limit": 1}),
        (run.operations.events, {"user_id": probe.name("preflight")}),
        (run.operations.items, {}),
    ):
        try:
            exchange = probe.send(operation, body)
        except NotJudged as reason:
            raise TargetError(f"{run.target.url}: {reason}") from None
        if exchange.status is None:
            problems.append(exchange.failure)
            if exchange.failure.startswith(_HOPELESS[:3]) or _HOPELESS[3] in exchange.failure:
                break
        elif 300 <= exchange.status < 400:
            where = exchange.headers.get("location", "elsewhere").split("?")[0]
            problems.append(f"it redirects to {where}; give that URL as --target")
        elif "html" in exchange.headers.get("content-type", ""):
            problems.append(f"it answers HTML (status {exchange.status}), not the API")
        elif exchange.json is None:
            problems.append(f"it answers {exchange.status} without JSON")
        elif exchange.status == 401:
            problems.append("it does not know the key (401)")
        else:
            return
    if all("401" in problem for problem in problems):
        raise TargetError(f"{run.target.url}: {problems[0]}; check --publishable-key and --secret-key")
    raise TargetError(f"{run.target.url}: {problems[0]}")
