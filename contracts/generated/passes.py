"""Generated inputs: schemathesis over the judged contract, as passes of one spec through our counting client.

Each pass defines the credential to send and the allowed statuses; schemathesis makes the inputs (boundaries,
combinations) and judges the shape of the responses. It tests a WSGI application, which is our client."""

import math
import time
from collections.abc import Callable, Iterable
from typing import Any

import schemathesis
from schemathesis.config import SchemathesisConfig
from schemathesis.engine import events, from_schema

from contracts.catalogue import Entry
from contracts.exchange import Exchange
from contracts.generated import texts
from contracts.generated.bridge import Bridge, Pass
from contracts.generated.relaxations import derive
from contracts.outcome import Finding, NotJudged, Outcome, Result
from contracts.run.budget import GENERATED
from contracts.run.credentials import Credential
from contracts.run.known_item import known_item
from contracts.run.probe import Probe
from contracts.run.run import Run
from fixtures.spec import Operation

_SHARE = {"GEN-valid-accepted": 0.44, "GEN-invalid-refused": 0.24, "GEN-swapped-keys-403": 0.32}
_EXAMPLES = 16  # bodies that fuzzing makes per operation
_FREE = 60  # requests of a pass without valid keys, which use up no organisation's limit
_SHOWN = 6  # findings per pass


def _right(run: Run, operation: Operation) -> Credential:
    return run.credentials.right(operation.key_type or "", run.spare)


def _swapped(run: Run, operation: Operation) -> Credential | None:
    if operation.key_type == "publishable" and run.target.key_policy != "strict":
        return None
    return run.credentials.wrong_type(operation.key_type or "", run.spare)


def _tampered(run: Run, operation: Operation) -> Credential:
    return run.credentials.wrong(operation.key_type or "")["tampered"]


def _success(operation: Operation, exchange: Exchange) -> tuple[int, ...]:
    """Return the statuses of an accepted request. An unknown context item may be 404 or 422 (R30), a page past the end
    may be refused (R33)."""
    body = exchange.request_json
    if operation.operation_id != "recommend":
        return (202,)
    free = () if not isinstance(body, dict) or body.get("context_item_id") is None else (404, 422)
    later = isinstance(body, dict) and body.get("page", 1) != 1
    return (200, *free, *((400, 404, 422) if later else ()))


def _refusal(operation: Operation, exchange: Exchange) -> tuple[int, ...]:
    """Return the statuses of a refused request (R4). An unknown context item may be 404, whatever else is wrong
    (R30)."""
    return tuple(status for status in (*_success(operation, exchange), 400, 422) if status >= 400)


def _always(*statuses: int) -> Callable[[Operation, Exchange], tuple[int, ...]]:
    return lambda _operation, _exchange: statuses


PASSES = (
    Pass("GEN-valid-accepted", ("examples", "coverage", "fuzzing"), _right, _success, shape=True),
    Pass("GEN-invalid-refused", ("fuzzing",), _right, _refusal, spoil=True),
    Pass("GEN-swapped-keys-403", ("fuzzing",), _swapped, _always(403), spread=True, odd=True),
    Pass("GEN-tampered-keys-401", ("fuzzing",), _tampered, _always(401), spread=True, odd=True),
    Pass("GEN-burnt-keys-429", ("fuzzing",), _right, _always(429), spread=True),
)


def judge(run: Run, entries: list[Entry], progress: Callable[[str], None]) -> list[Result]:
    """Run each pass with its share of the remaining budget."""
    wanted = {entry.id: entry for entry in entries if "exhaust" not in entry.needs}
    plans = [plan for plan in PASSES if plan.check in wanted]
    left = min(run.budget.left(run.spare), GENERATED)
    results = []
    for plan in plans:
        progress(plan.check)
        results.append(
            _judge(run, plan, wanted[plan.check], int(left * _SHARE[plan.check]) if plan.check in _SHARE else _FREE)
        )
    return results


def judge_burnt(run: Run, entries: list[Entry], ends: float) -> list[Result]:
    """Run the pass for an exhausted limit after --exhaust, until the window ends (`ends`: a monotonic time)."""
    return [_judge(run, plan, entry, 60, ends) for plan in PASSES for entry in entries if entry.id == plan.check]


def _judge(run: Run, plan: Pass, entry: Entry, most: int, ends: float = math.inf) -> Result:
    result, started = Result(entry.id, entry.level, Outcome.PASS), time.monotonic()
    if most < 6:
        result.outcome, result.reason = Outcome.SKIP, "the budget left no requests for generated inputs"
        return result
    document = derive(run.operations, "accepted", run.names.prefix)
    bridge = Bridge(run, plan, most, document, _item_of_events(run, plan), ends=ends)
    problems = list(_execute(bridge))
    findings = _distinct([*bridge.findings, *problems])
    result.findings, result.requests = findings[:_SHOWN], bridge.sent
    result.times, result.seconds = f"{bridge.sent} requests", time.monotonic() - started
    if findings:
        result.outcome = Outcome.FAIL
    elif bridge.error:
        result.outcome, result.reason = Outcome.ERROR, bridge.error
    elif bridge.starved or bridge.sent == 0:
        result.outcome = Outcome.INCONCLUSIVE
        result.reason = bridge.starved or "no generated request could be sent"
    return result


def _item_of_events(run: Run, plan: Pass) -> str:
    probe = Probe(run, plan.check, run.spare)
    try:
        return known_item(probe)
    except NotJudged:  # other checks judge the refused upsert
        return probe.name("item")


def _execute(bridge: Bridge) -> Iterable[Finding]:
    """Yield schemathesis's own findings about the shape of responses."""
    run, plan = bridge.run, bridge.plan
    texts.register(run.names.prefix)
    schema = schemathesis.openapi.from_dict(bridge.document, config=_config(run, plan))
    schema.app = bridge
    stream = from_schema(schema).execute()
    for event in stream:
        if bridge.full:
            stream.stop()
        if isinstance(event, events.ScenarioFinished) and plan.shape:
            for case_id, checks in event.recorder.checks.items():
                exchange = bridge.by_case.get(case_id)
                for node in checks:
                    if node.failure_info is not None and exchange is not None:
                        failure = node.failure_info.failure
                        said = " ".join(f"{failure.title}: {failure.message}".split())[:300]
                        operation = exchange.operation or "-"
                        yield Finding(plan.check, node.name, operation, "a response as documented", said, (exchange,))


def _config(run: Run, plan: Pass) -> SchemathesisConfig:
    shape = ("response_schema_conformance", "content_type_conformance", "status_code_conformance")
    checks = {name: {"enabled": plan.shape} for name in shape}
    phases: dict[str, Any] = {
        name: {"enabled": name in plan.phases} for name in ("examples", "coverage", "fuzzing", "stateful")
    }
    phases["coverage"]["unexpected-methods"] = []
    return SchemathesisConfig.from_dict(
        {
            "seed": run.plan.seed,
            "continue-on-failure": True,
            "checks": {"enabled": False, **checks},
            "phases": phases,
            "generation": {
                "mode": "positive",
                "max-examples": _EXAMPLES,
                "with-security-parameters": False,
                "deterministic": False,
                "database": "none",
                "no-shrink": True,
            },
        }
    )


def _distinct(findings: Iterable[Finding]) -> list[Finding]:
    found: dict[tuple[str, str, str], Finding] = {}
    for finding in findings:
        found.setdefault((finding.case, finding.operation, finding.actual), finding)
    return list(found.values())
