"""Repeats requests at the end of a run: those whose result a slow queue may have caused, and those that crashed."""

import time
from collections import Counter
from collections.abc import Collection, Iterable, Mapping

from contracts.exchange import Exchange
from contracts.outcome import NotJudged
from contracts.run.registry import RULES, Judging, Violation
from contracts.run.run import Run

SECOND_LOOKS = 14  # requests of each organisation that are set aside for the audit
_QUESTIONS, _CRASHES = 24, 10  # maximum of requests
_Question = tuple[str | None, str]  # organisation and body


def audit(run: Run, rules: Collection[str]) -> None:
    """Repeat requests so that these rules get unambiguous responses. Never raises for the target's behaviour."""
    try:
        _crashes(run)
        again = _suspicious(run, rules, share=0.5)
        ask(run, again)  # by now, most queues have been applied
        if again:
            look_again(run, rules)
    except NotJudged:
        return


def look_again(run: Run, rules: Collection[str], since: int = 0, most: int = _QUESTIONS) -> None:
    """Repeat at most `most` requests that still break one of these rules, once every queue must have been
    applied. `since`: requests up to this number are left alone. Raises NotJudged."""
    again = _suspicious(run, rules, since, most)
    if again:
        run.sleep(max(0.0, run.model.last_write + run.model.settle + 0.1 - time.monotonic()))
        ask(run, again)


def _crashes(run: Run) -> None:
    seen: set[tuple[str, str | None, int | None]] = set()
    for exchange in list(run.client.journal):
        kind = (exchange.source, exchange.operation, exchange.status)
        crashed = exchange.status is None or exchange.status >= 500
        if crashed and kind not in seen and len(seen) < _CRASHES:
            seen.add(kind)
            run.client.repeat(exchange)


def _suspicious(
    run: Run, rules: Collection[str], since: int = 0, most: int = _QUESTIONS, share: float = 1.0
) -> list[Exchange]:
    """Return the latest responses that would break a rule if the queue were as fast as measured, some for each rule.
    `since`: responses up to this number are not judged. `share`: of the requests that are left, so that a second look
    is never cut in the middle."""
    last = {_question(exchange): exchange.number for exchange in run.client.journal}
    settle, run.model.settle = run.model.settle, run.visibility.usual_wait
    found: list[list[Violation]] = []
    judging = Judging(run, since)
    for name in rules:
        if not RULES[name].timed:
            continue
        suspects = judging.violations(name)
        found.append([each for each in suspects if all(last[_question(x)] == x.number for x in each.exchanges)])
    run.model.settle = settle
    affordable = {organisation: run.budget.left(organisation) * share for organisation in ("main", "other")}
    chosen: dict[_Question, Exchange] = {}
    for turn in range(max(map(len, found), default=0)):
        for violations in found:
            asked = {_question(x): x for each in violations[turn : turn + 1] for x in each.exchanges}
            if len(chosen | asked) <= most and _are_few(chosen | asked, affordable):
                chosen |= asked
    return sorted(chosen.values(), key=lambda exchange: exchange.number)


def _are_few(questions: Iterable[_Question], most: Mapping[str, float]) -> bool:
    asked = Counter(organisation or "main" for organisation, _ in questions)
    return all(times <= most[organisation] for organisation, times in asked.items())


def _question(exchange: Exchange) -> _Question:
    return exchange.organisation, exchange.question


def ask(run: Run, exchanges: Iterable[Exchange]) -> None:
    """Send these requests once more. Raises NotJudged."""
    for exchange in exchanges:
        credential = run.credentials.right("publishable", exchange.organisation or "main")
        run.client.send(
            exchange.source, exchange.method, exchange.path, credential, operation=exchange.operation,
            json=exchange.request_json, fresh=True,
        )  # fmt: skip
