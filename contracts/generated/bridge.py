"""The WSGI application that schemathesis tests: it forwards requests through our client, by the rules of one pass."""

import json
import math
import time
import traceback
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

import jsonschema_rs

from contracts.exchange import ODD, Exchange
from contracts.generated.bodies import made_odd, natural, spread
from contracts.generated.spoil import broken_by_one_rule
from contracts.outcome import Finding, NotJudged
from contracts.run.credentials import Credential
from contracts.run.run import Run
from contracts.run.spelling import encode
from fixtures.spec import Operation

_CASE = "HTTP_X_SCHEMATHESIS_TESTCASEID"


@dataclass(frozen=True)
class Pass:
    """A run of schemathesis with one kind of credential and body. `statuses`: the allowed statuses, by operation."""

    check: str
    phases: tuple[str, ...]
    credential: Callable[[Run, Operation], Credential | None]  # None: the operation is not part of the pass
    statuses: Callable[[Operation, Exchange], tuple[int, ...]]
    shape: bool = False  # True: judge responses by the contract too
    spoil: bool = False  # True: break one rule in every body
    spread: bool = False  # True: replace bodies by other allowed ones, evenly of all shapes
    odd: bool = False  # True: give every other body unusual ids, names and pages, which a 400 may refuse (R39, R44)


@dataclass
class Bridge:
    """The WSGI application that schemathesis calls. It judges statuses on the way. It doesn't send requests outside the
    pass: bodies that the contract leaves open, operations that it excludes, requests beyond its share."""

    run: Run
    plan: Pass
    most: int
    document: dict[str, Any]
    item_id: str  # of the events
    validators: dict[str, jsonschema_rs.Draft202012Validator] = field(default_factory=dict)
    ends: float = math.inf  # monotonic time after which results are meaningless
    counts: Counter[str] = field(default_factory=Counter)  # by path: each operation gets a part of the share
    full: bool = False
    error: str = ""  # an internal error
    starved: str = ""  # why the pass ended before its share was used
    findings: list[Finding] = field(default_factory=list)
    by_case: dict[str, Exchange] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.rng = self.run.plan.rng(self.plan.check)

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        try:
            return self._answer(environ, start_response)
        except Exception:  # schemathesis would attribute it to the target
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
        body = encode(natural(operation, json.loads(body), self.rng, self.item_id))
        if self.plan.spoil:
            broken = broken_by_one_rule(self.run.operations, operation, json.loads(body), self.counts[operation.path])
            if broken is None:
                return _nothing(start_response)
            body = encode(broken)
        if self.plan.spread:
            body = encode(spread(operation, json.loads(body), self.counts[operation.path], self.rng))
        odd = self.plan.odd and self.counts[operation.path] % 2 == 1
        if odd:
            body = encode(made_odd(json.loads(body), self.counts[operation.path] // 2 + 1))
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
        self._judge(operation, exchange, ODD if odd else ())
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
        """Return whether every document allows the body."""
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

    def _again(self, exchange: Exchange) -> Exchange:
        """Send the request again after a 5xx: a 5xx that disappears is judged by another statement
        (ROBUST-passing-5xx)."""
        if exchange.status is not None and exchange.status < 500:
            return exchange
        try:
            return self.run.client.repeat(exchange)
        except NotJudged:
            return exchange

    def _judge(self, operation: Operation, exchange: Exchange, also: tuple[int, ...]) -> None:
        wanted = (*self.plan.statuses(operation, exchange), *also)
        exchange = self._again(exchange)
        if exchange.status not in wanted:
            said = " or ".join(map(str, wanted))
            actual = exchange.failure or f"status {exchange.status}"
            self.findings.append(
                Finding(self.plan.check, "status", operation.operation_id, f"status {said}", actual, (exchange,))
            )


def _nothing(start_response: Callable[..., Any]) -> list[bytes]:
    start_response("418 -", [("content-type", "application/json")])
    return [b"{}"]
