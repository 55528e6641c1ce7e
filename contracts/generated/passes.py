"""Generated inputs: schemathesis over the derived contract, as passes of one spec through our counting client.

Each pass says which credential is sent and which status must come back; schemathesis makes the inputs (boundaries,
combinations, sequences along the links) and judges the shape of the answers. It believes to test a WSGI application:
that application is our client.
"""

import json
import math
import time
import traceback
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

import jsonschema_rs
import schemathesis
from schemathesis.config import SchemathesisConfig
from schemathesis.engine import events, from_schema

from contracts.catalogue import Entry
from contracts.exchange import ODD, Exchange
from contracts.generated import texts
from contracts.generated.bodies import disguised, spread
from contracts.generated.relaxations import derive
from contracts.generated.spoil import spoiled
from contracts.outcome import Finding, NotJudged, Outcome, Result
from contracts.run.client import encode
from contracts.run.credentials import Credential
from contracts.run.run import Run
from fixtures.spec import Operation

_CASE = "HTTP_X_SCHEMATHESIS_TESTCASEID"
_SHARE = {"GEN-valid-accepted": 0.34, "GEN-invalid-refused": 0.26, "GEN-swapped-keys-403": 0.2, "GEN-sequences": 0.2}
_MOST = 280  # requests of all passes together that cost the organisation something: more find no more
_EXAMPLES = 16  # bodies that fuzzing makes for each operation
_FREE = 60  # requests of a pass whose keys are nobody's, and cost no organisation anything
_SHOWN = 6  # findings of one pass


@dataclass(frozen=True)
class Pass:
    """One run of schemathesis. `statuses`: what may come back, by operation."""

    check: str
    phases: tuple[str, ...]
    credential: Callable[[Run, Operation], Credential | None]  # None: the operation is not part of the pass
    statuses: Callable[[Operation, Exchange], tuple[int, ...]]
    shape: bool = False  # judge answers by the contract too
    spoil: bool = False  # break one rule in every body
    spread: bool = False  # other bodies that every document allows: of all shapes, evenly
    disguise: bool = False  # every other one odd in ids, names, pages; it may be called bad too (R39, R44)


def _right(run: Run, operation: Operation) -> Credential:
    return run.credentials.right(operation.key_type or "", run.spare)


def _swapped(run: Run, operation: Operation) -> Credential | None:
    if operation.key_type == "publishable" and run.target.key_policy != "strict":
        return None
    return run.credentials.wrong_type(operation.key_type or "", run.spare)


def _tampered(run: Run, operation: Operation) -> Credential:
    return run.credentials.wrong(operation.key_type or "")["tampered"]


def _success(operation: Operation, exchange: Exchange) -> tuple[int, ...]:
    """R30: an unknown context item may be 404 or 422."""
    body = exchange.request_json
    by_item = isinstance(body, dict) and body.get("context_item_id") is not None
    return (202,) if operation.operation_id != "recommend" else (200, 404, 422) if by_item else (200,)


def _refusal(operation: Operation, exchange: Exchange) -> tuple[int, ...]:
    """R4; R30: an unknown context item may be 404, whatever else is wrong."""
    return tuple(status for status in (*_success(operation, exchange), 400, 422) if status >= 400)


def _always(*statuses: int) -> Callable[[Operation, Exchange], tuple[int, ...]]:
    return lambda _operation, _exchange: statuses


PASSES = (
    Pass("GEN-valid-accepted", ("examples", "coverage", "fuzzing"), _right, _success, shape=True),
    Pass("GEN-invalid-refused", ("fuzzing",), _right, _refusal, spoil=True),
    Pass("GEN-swapped-keys-403", ("fuzzing",), _swapped, _always(403), spread=True, disguise=True),
    Pass("GEN-tampered-keys-401", ("fuzzing",), _tampered, _always(401), spread=True, disguise=True),
    Pass("GEN-sequences", ("stateful",), _right, _success, shape=True),
    Pass("GEN-burnt-keys-429", ("fuzzing",), _right, _always(429), spread=True),
)


@dataclass
class Bridge:
    """The WSGI application that schemathesis sees. Judges statuses on the way. What is not of the pass (bodies that
    the contract doesn't decide about, operations that it leaves out, requests beyond its share) it doesn't send."""

    run: Run
    plan: Pass
    most: int
    document: dict[str, Any]
    validators: dict[str, jsonschema_rs.Draft202012Validator] = field(default_factory=dict)
    ends: float = math.inf  # of the time in which it makes sense
    counts: Counter[str] = field(default_factory=Counter)  # by path: each operation gets its part of the share
    full: bool = False
    error: str = ""  # our own
    starved: str = ""  # why it ended before its share was used
    findings: list[Finding] = field(default_factory=list)
    by_case: dict[str, Exchange] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.dice = self.run.dice(self.plan.check)

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        try:
            return self._answer(environ, start_response)
        except Exception:  # schemathesis would take it for the target's
            self.error = traceback.format_exc(limit=-4)
            raise

    def _answer(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        operation = next((o for o in self.run.operations.all() if o.path == environ["PATH_INFO"]), None)
        credential = self.plan.credential(self.run, operation) if operation else None
        if self.full or operation is None or credential is None or self.counts[operation.path] >= self.most // 4:
            return _nothing(start_response)
        body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
        if not self._accepted(operation, body):
            return _nothing(start_response)
        if self.plan.spoil:
            broken = spoiled(self.run.operations, operation, json.loads(body), self.counts[operation.path])
            if broken is None:
                return _nothing(start_response)
            body = encode(broken)
        if self.plan.spread:
            body = encode(spread(operation, json.loads(body), self.counts[operation.path], self.dice))
        disguise = self.plan.disguise and self.counts[operation.path] % 2 == 1
        if disguise:
            body = encode(disguised(json.loads(body), self.counts[operation.path] // 2 + 1))
        self.counts[operation.path] += 1
        if self.sent >= self.most or time.monotonic() > self.ends:
            self.full = True
            return _nothing(start_response)
        try:
            exchange = self.run.client.send(
                self.plan.check, operation.method, operation.path, credential, operation=operation.operation_id,
                content=body, take_429=self.plan.check.startswith("GEN-burnt"),
            )  # fmt: skip
        except NotJudged as reason:
            self.full, self.starved = True, str(reason)
            return _nothing(start_response)
        self.by_case[environ.get(_CASE, "")] = exchange
        self._judge(operation, exchange, ODD if disguise else ())
        if exchange.status is None:
            return _nothing(start_response)
        headers = [
            (n, v)
            for n, v in exchange.headers.items()
            if n not in ("content-length", "transfer-encoding", "content-encoding", "connection")
        ]
        start_response(f"{exchange.status} -", [*headers, ("content-length", str(len(exchange.body)))])
        return [exchange.body]

    @property
    def sent(self) -> int:
        return self.counts.total()

    def _accepted(self, operation: Operation, body: bytes) -> bool:
        """Every document allows the body."""
        try:
            parsed = json.loads(body)
        except (ValueError, RecursionError):
            return False
        if operation.path not in self.validators:
            node = self.document["paths"][operation.path]["post"]["requestBody"]
            node = self.document["components"]["requestBodies"][node["$ref"].split("/")[-1]] if "$ref" in node else node
            schema = {**node["content"]["application/json"]["schema"], "components": self.document["components"]}
            self.validators[operation.path] = jsonschema_rs.Draft202012Validator(schema)
        return self.validators[operation.path].is_valid(parsed)

    def _judge(self, operation: Operation, exchange: Exchange, also: tuple[int, ...]) -> None:
        wanted = (*self.plan.statuses(operation, exchange), *also)
        if exchange.status not in wanted:
            told = " or ".join(map(str, wanted))
            actual = exchange.failure or f"status {exchange.status}"
            self.findings.append(
                Finding(self.plan.check, "status", operation.operation_id, f"status {told}", actual, (exchange,))
            )


def _nothing(start_response: Callable[..., Any]) -> list[bytes]:
    start_response("418 -", [("content-type", "application/json")])
    return [b"{}"]


def judge(run: Run, entries: list[Entry], progress: Callable[[str], None]) -> list[Result]:
    """Each pass gets its share of what the budget still allows."""
    wanted = {entry.id: entry for entry in entries if "exhaust" not in entry.needs}
    plans = [plan for plan in PASSES if plan.check in wanted]
    left = min(run.budget.left(run.spare), _MOST)
    results = []
    for plan in plans:
        progress(plan.check)
        results.append(
            _judge(run, plan, wanted[plan.check], int(left * _SHARE[plan.check]) if plan.check in _SHARE else _FREE)
        )
    return results


def judge_burnt(run: Run, entries: list[Entry], ends: float) -> list[Result]:
    """After --exhaust has used up the window, and until it ends (a monotonic time)."""
    return [_judge(run, plan, entry, 60, ends) for plan in PASSES for entry in entries if entry.id == plan.check]


def _judge(run: Run, plan: Pass, entry: Entry, most: int, ends: float = math.inf) -> Result:
    result, started = Result(entry.id, entry.level, Outcome.PASS), time.monotonic()
    if most < 6:
        result.outcome, result.reason = Outcome.SKIP, "the budget left no requests for generated inputs"
        return result
    bridge = Bridge(run, plan, most, derive(run.operations, "accepted", run.prefix), ends=ends)
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


def _execute(bridge: Bridge) -> Iterable[Finding]:
    """Findings of schemathesis itself about the shape of answers."""
    run, plan = bridge.run, bridge.plan
    texts.register(run.prefix)
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
                        told = " ".join(f"{failure.title}: {failure.message}".split())[:300]
                        operation = exchange.operation or "-"
                        yield Finding(plan.check, node.name, operation, "an answer as documented", told, (exchange,))


def _config(run: Run, plan: Pass) -> SchemathesisConfig:
    shape = ("response_schema_conformance", "content_type_conformance", "status_code_conformance")
    checks = {name: {"enabled": plan.shape} for name in shape}
    phases: dict[str, Any] = {
        name: {"enabled": name in plan.phases} for name in ("examples", "coverage", "fuzzing", "stateful")
    }
    phases["coverage"]["unexpected-methods"] = []
    return SchemathesisConfig.from_dict(
        {
            "seed": run.seed,
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
