"""The API for checks: methods that call the target, and that record what was expected of it."""

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from typing import Any, NamedTuple

from contracts.exchange import Exchange
from contracts.outcome import Blocked, Finding, Skipped
from contracts.run.credentials import Credential
from contracts.run.run import Run
from fixtures.bodies import event_body, item_body, user_body
from fixtures.spec import Operation

Body = dict[str, Any]
_BATCH = 100
_FIRST_PAUSE, _LONGEST_PAUSE, _LONGER = 0.15, 4.0, 2.2  # seconds, seconds, times


class Look(NamedTuple):
    """The result of one look at something that may take a while. `unwanted`: items that the last response wrongly
    shows; `missing`: items that it lacks."""

    ok: bool
    actual: str
    exchanges: tuple[Exchange, ...] = ()
    unwanted: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()


class Probe:
    """The API for one attempt of one check."""

    def __init__(self, run: Run, check: str, home: str = "main") -> None:
        self.run = run
        self.operations, self.credentials, self.target = run.operations, run.credentials, run.target
        self.plan, self.names, self.visibility, self.model = run.plan, run.names, run.visibility, run.model
        self.budget, self.redactor, self.once, self.journal = run.budget, run.redactor, run.once, run.client.journal
        self.say, self.sleep, self.rng = run.say, run.sleep, run.plan.rng
        self.spare = run.spare  # the organisation for checks that need many requests and no history
        self.check = check
        self.home = home  # the organisation that requests go to by default
        self.findings: list[Finding] = []
        self.exchanges: list[Exchange] = []
        self._turn = -1  # of the latest request; each of an attempt is spelled in another way
        self.started = time.monotonic()
        self._last_write = self.started

    @property
    def costly_items(self) -> bool:
        """Whether items are expensive: all checks share one organisation's budget, and each record costs one more
        request to clean up. Then a check makes only the items that it needs."""
        return self.plan.one_organisation and not self.visibility.arrays

    # -- send requests

    def send(
        self,
        operation: Operation,
        body: Any = None,
        credential: Credential | None = None,
        organisation: str = "",
        **options: Any,
    ) -> Exchange:
        """Send a request to an operation of the contract, with its right key by default."""
        right = self.credentials.right(operation.key_type or "publishable", organisation or self.home)
        options |= {"operation": operation.operation_id, "json": None if operation.method == "GET" else body}
        return self.request(operation.method, operation.path, credential or right, **options)

    def request(self, method: str, path: str, credential: Credential, **options: Any) -> Exchange:
        self._turn += 1
        options.setdefault("turn", self._turn)
        exchange = self.run.client.send(self.check, method, path, credential, **options)
        self.exchanges.append(exchange)
        if "recommend" not in path:
            self._last_write = time.monotonic()
        return exchange

    def send_together(self, operation: Operation, requests: Sequence[Mapping[str, Any]]) -> list[Exchange]:
        """Send requests to one operation at the same time; each has `json`, `organisation` and options of `send`."""
        made = []
        for request in requests:
            options = dict(request)
            self._turn += 1
            right = self.credentials.right(operation.key_type or "publishable", options.pop("organisation", self.home))
            made.append(
                {
                    "source": self.check, "method": operation.method, "path": operation.path, "credential": right,
                    "operation": operation.operation_id, "fresh": True, "turn": self._turn, **options,
                }
            )  # fmt: skip
        exchanges = self.run.client.send_together(made)
        self.exchanges += exchanges
        self._last_write = time.monotonic()
        return exchanges

    def recommend(self, organisation: str = "", **body: Any) -> Exchange:
        return self.send(self.operations.recommend, body, organisation=organisation)

    def must_recommend(self, organisation: str = "", **body: Any) -> Exchange:
        """Send a recommendation request that every document allows. Raises Blocked if it is refused, which
        VALID-accepted judges."""
        filters = body.get("filters") or {}
        later = body.get("page", 1) != 1  # a page past the end may be refused (R33)
        certain = not later and len(filters) < 2 and all(isinstance(value, str) for value in filters.values())
        needs = self.operations.strategies.get(body.get("strategy", ""), {}).get("requires")
        certain = certain and ("user_id" in body or needs == "context_item_id")  # others' input is unknown
        exchange = self._twice(
            lambda: self.send(self.operations.recommend, body, organisation=organisation, fresh=True, valid=certain)
        )
        if not exchange.ok and not (later and exchange.status in (400, 404, 422)):
            raise Blocked(f"a valid recommend request was answered {exchange.failure or exchange.status}")
        return exchange

    def _twice(self, send: Callable[[], Exchange]) -> Exchange:
        """Send, and send again after a 5xx or a missing response: the fault may be transient, and ROBUST-... judges
        it."""
        exchange = send()
        if exchange.status is None or exchange.status >= 500:
            exchange = self.run.client.repeat(exchange)
            self.exchanges.append(exchange)
        return exchange

    # -- write records that must be accepted; the checks of the fields judge that they are

    def upsert_items(self, items: Sequence[Body], organisation: str = "") -> None:
        self._write(self.operations.items, items, organisation, self.visibility.arrays)

    def upsert_users(self, users: Sequence[Body], organisation: str = "") -> None:
        self._write(self.operations.users, users, organisation, self.visibility.arrays)

    def ingest(self, events: Sequence[Body], organisation: str = "") -> None:
        self._write(self.operations.events, events, organisation, arrays=True)

    def _write(self, operation: Operation, records: Sequence[Body], organisation: str, arrays: bool) -> None:
        size = _BATCH if arrays else 1
        for start in range(0, len(records), size):
            batch = list(records[start : start + size])
            body: Any = batch if arrays and len(records) > 1 else batch[0]
            valid = len(batch) == 1 or operation is self.operations.events
            exchange = self._twice(partial(self.send, operation, body, organisation=organisation, valid=valid))
            if not exchange.ok and len(batch) > 1:  # the target accepts fewer records, or no arrays
                for record in batch:
                    self._write(operation, [record], organisation, arrays=False)
            elif not exchange.ok:
                raise Blocked(f"a valid {operation.operation_id} was answered {exchange.failure or exchange.status}")

    # -- make the data that checks need, with new ids

    def name(self, stem: str) -> str:
        return self.names.name(stem)

    def number(self) -> str:
        return self.names.number()

    def item(self, stem: str = "item", category: str = "", **attributes: Any) -> Body:
        """Return an active item with the attributes of a shop's items; lists are filtered by `category`."""
        name = self.name(stem)
        return item_body(
            name, attributes={"title": f"Test {stem}", "category": category or self.name("cat"), **attributes}
        )

    def stock(self, items: Sequence[Body], organisation: str = "", others: int = 2) -> None:
        """Upsert items, and let other users view and buy them, so that lists that follow events show them too."""
        self.upsert_items(items, organisation)
        self.interest([item["item_id"] for item in items], organisation, others)

    def interest(self, item_ids: Iterable[str], organisation: str = "", count: int = 2) -> None:
        """Send views and purchases by new users."""
        self.ingest(self.interested(item_ids, count), organisation)

    def interested(self, item_ids: Iterable[str], count: int = 2) -> list[Body]:
        """Return the events of `count` new users, each of whom views and buys all items."""
        users = [self.name("passer-by") for _ in range(count)]
        names = ("view", "purchase")
        return [event_body(n, user, item_id) for item_id in item_ids for user in users for n in names]

    def user(self, stem: str = "user", organisation: str = "", **fields: Any) -> str:
        body = user_body(self.name(stem), **fields)
        # Without arrays a user costs two requests, one of them to clean up; then an unknown user will do.
        if self.visibility.arrays or fields:
            self.upsert_users([body], organisation)
        return str(body["user_id"])

    # -- read lists

    def look(self, category: str, organisation: str = "", past_the_end: bool = False, **fields: Any) -> Exchange:
        """Return a list of this run's items of a category, by the strategy that shows the first items. A page
        that may be `past_the_end` may be refused (R33)."""
        if self.visibility.channel is None:
            raise Blocked("no list shows a record of this run (QUEUE-becomes-visible)")
        ask = self.recommend if past_the_end else self.must_recommend
        return ask(organisation, **self.visibility.channel.body(category, **fields))

    def shows(self, category: str, *item_ids: str, organisation: str = "") -> Callable[[], Look]:
        """Return a look for `eventually`: the items are in the list."""

        def look() -> Look:
            exchange = self.look(category, organisation)
            missing = [item_id for item_id in item_ids if item_id not in exchange.ids]
            if missing and exchange.pagination.get("has_next") is True and not self._filtered():
                raise Blocked("no list by category shows a record of this run, and the others are too long")
            actual = f"a list of {len(exchange.ids)} without {', '.join(missing)}"
            return Look(not missing, actual, (exchange,), missing=tuple(missing))

        return look

    def _filtered(self) -> bool:
        return self.visibility.channel is not None and self.visibility.channel.filtered

    def hides(self, category: str, *item_ids: str, organisation: str = "") -> Callable[[], Look]:
        """Return a look for `eventually`: the items are no longer in the list."""

        def look() -> Look:
            exchange = self.look(category, organisation)
            there = [item_id for item_id in item_ids if item_id in exchange.shown]
            return Look(not there, f"a list that shows {', '.join(there)}", (exchange,), unwanted=tuple(there))

        return look

    def eventually(self, look: Callable[[], Look]) -> Look:
        """Look until it holds, or until `--settle` has passed since this check's last write; return the last look."""
        soonest = time.monotonic() + min(1.0, self.visibility.settle / 4)
        deadline = max(self._last_write + self.visibility.settle, soonest)
        pause, turn = _FIRST_PAUSE, self._turn
        while True:
            self._turn = turn  # polls are spelled alike, because their number depends on the target's speed
            seen = look()
            left = deadline - time.monotonic()
            if seen.ok or left <= 0:
                return seen
            self.sleep(min(pause, left))
            pause = min(_LONGEST_PAUSE, pause * _LONGER)

    def needs(self, look: Callable[[], Look], what: str) -> None:
        """Require that a control holds. Raises Blocked if it doesn't, because then the check can't be judged."""
        if not self.eventually(look).ok:
            raise Blocked(f"the control failed: {what}")

    def needs_other_organisation(self) -> None:
        if self.target.other is None:
            raise Skipped("no second organisation")

    # -- judge

    def expect(
        self,
        holds: bool,
        case: str,
        expected: str,
        actual: str,
        *exchanges: Exchange,
        operation: str = "",
        unwanted: Iterable[str] = (),
        missing: Iterable[str] = (),
    ) -> bool:
        """Record a finding if `holds` is false."""
        if not holds:
            where = operation or next((x.operation for x in reversed(exchanges) if x.operation), "") or "-"
            actual, seen = self.redactor.text(actual), exchanges or self.last()
            self.findings.append(
                Finding(
                    self.check, case, where, expected, actual, seen, unwanted=tuple(unwanted), missing=tuple(missing)
                )
            )
        return holds

    def expect_status(self, exchange: Exchange, allowed: Iterable[int], case: str) -> bool:
        wanted = sorted(allowed)
        return self.expect(
            exchange.status in wanted, case, f"status {' or '.join(map(str, wanted))}", said(exchange), exchange
        )

    def expect_eventually(self, look: Callable[[], Look], case: str, expected: str) -> bool:
        seen = self.eventually(look)
        within = f", for {self.visibility.settle:g} s"
        return self.expect(
            seen.ok, case, expected, seen.actual + within, *self._writes(), *seen.exchanges,
            unwanted=seen.unwanted, missing=seen.missing,
        )  # fmt: skip

    def last(self) -> tuple[Exchange, ...]:
        return tuple(self.exchanges[-1:])

    def _writes(self) -> tuple[Exchange, ...]:
        return tuple(exchange for exchange in self.exchanges if "recommend" not in exchange.path)[-12:]


def said(exchange: Exchange) -> str:
    """Describe a response in a few words."""
    if exchange.status is None:
        return exchange.failure
    message = exchange.envelope.get("message")
    return f"status {exchange.status}" + (f", message {message[:80]!r}" if isinstance(message, str) else "")


def lacking(body: Mapping[str, Any], field: str) -> Body:
    """Return the body without one of its fields."""
    return {name: value for name, value in body.items() if name != field}
