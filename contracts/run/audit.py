"""A second look, at the end: what was only suspicious because the queue may not have been done, and what crashed."""

import time

from contracts.exchange import Exchange
from contracts.outcome import NotJudged
from contracts.run.registry import RULES
from contracts.run.run import Run

_TIMED = (
    "LIFE-hidden-never-shown",
    "FILTER-only-matches",
    "FILTER-all-hold",
    "REC-metadata-own",
    "LIFE-every-item-shows",
    "FILTER-nothing-missing",
)
_QUESTIONS, _CRASHES = 12, 10  # requests at most
_SLOWER = 3  # times the usual wait: what is still old then is worth asking again


def audit(run: Run) -> None:
    """Ask again, so that the rules see answers of which they can be certain. Never raises for what the target does."""
    try:
        _crashes(run)
        _stale(run)
    except NotJudged:
        return


def _crashes(run: Run) -> None:
    seen: set[tuple[str, str | None, int | None]] = set()
    for exchange in list(run.client.journal):
        kind = (exchange.source, exchange.operation, exchange.status)
        crashed = exchange.status is None or exchange.status >= 500
        if crashed and kind not in seen and len(seen) < _CRASHES:
            seen.add(kind)
            run.client.repeat(exchange)


def _stale(run: Run) -> None:
    settle, run.model.settle = run.model.settle, _SLOWER * run.visibility.usual_wait
    suspicious = _questions(run)
    run.model.settle = settle
    if not suspicious:
        return
    run.sleep(max(0.0, run.model.last_write + settle + 0.1 - time.monotonic()))
    for exchange in suspicious[:_QUESTIONS]:
        credential = run.credentials.right("publishable", exchange.organisation or "main")
        run.client.send(
            exchange.source, exchange.method, exchange.path, credential, operation=exchange.operation,
            json=exchange.request_json, fresh=True,
        )  # fmt: skip


def _questions(run: Run) -> list[Exchange]:
    """The last answer to each question that breaks a rule, if the queue is as fast as it seemed."""
    found: dict[tuple[str | None, bytes], Exchange] = {}
    for name in _TIMED:
        rule = RULES[name]
        for violation in rule.judge(run, [exchange for exchange in run.client.journal if rule.about(exchange)]):
            exchange = violation.exchanges[-1]
            found[exchange.organisation, exchange.request_body] = exchange
    return list(found.values())
