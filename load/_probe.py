"""The master side of the rate limit probe. It looks at the quota, sends a burst, keeps the limit exhausted, checks the
other organisation, and waits for the recovery."""

import itertools
import logging
import random
from collections.abc import Iterator, Sequence
from time import perf_counter
from typing import Any, Protocol

import gevent
from gevent.event import Event

from load import _probe_checks
from load._endpoints import endpoints
from load._probe_checks import EXTRA, Check, Rules, Shot
from load._verdict import Outcome, Row

log = logging.getLogger(__name__)
_TIMEOUT_S = 120  # seconds for a worker to send its part of a volley
LANES = 32  # fresh connections for each volley, over all workers
SHORT = 60  # seconds; the probe waits for the end of a shorter window even without --wait-recovery
_MOST_BURST = 6  # times the limit; if that many pass, the target has no limit
_HOLD_SHOTS = 40
_FOREVER = 1e9
_SHORT_HOLD = 4.0  # seconds, when the probe doesn't wait for the recovery
Order = list[Any]  # [organisation, operation]


class Host(Protocol):
    """What the probe needs from its run."""

    ready: dict[str, dict[str, Any]]
    notes: list[str]

    @property
    def organisation_count(self) -> int: ...
    @property
    def has_secret_keys(self) -> bool: ...
    def clients(self) -> list[str]: ...
    def send(self, message: str, data: dict[str, Any], client: str) -> None: ...


class Unjudgeable(Exception):
    """The limiter can't be judged; the text says why."""


class Probe:
    """One probe of one run; `over` once every check is done."""

    def __init__(self, run: Host, options: Any) -> None:
        self._run = run
        self._rules = Rules(options.limit_kind, options.limit_tolerance)
        self._wait_recovery: bool = options.wait_recovery
        self._rng = random.Random(f"{options.seed}:probe")
        self._ids = itertools.count()
        self._replies: dict[int, dict[str, Any]] = {}
        self._arrived: dict[int, Event] = {}
        self._offsets: dict[str, float] = {}
        self._clock_error = 0.0
        self.invalid = ["the probe did not finish"]  # until the probe finishes
        self.checks: list[Check] = []
        self.over = False

    def start(self) -> None:
        gevent.spawn(self._lead)

    def on_shots(self, client: str, data: dict[str, Any]) -> None:
        """Store a worker's reply."""
        self._replies[data["id"]] = {**data, "client": client, "at": perf_counter()}
        self._arrived[data["id"]].set()

    def rows(self) -> list[Row]:
        outcomes = {True: Outcome.PASS, False: Outcome.FAIL}
        return [
            Row("rate limit", check.id, None, None, check.samples, "probe", outcomes[check.kept], check.text)
            for check in self.checks
            if check.kept is not None
        ]

    def _lead(self) -> None:
        gevent.sleep(0.2)  # let locust finish spawning
        try:
            self._phases()
            self.invalid = []
        except Unjudgeable as reason:
            self.invalid = [str(reason)]
        except Exception as error:
            log.exception("the probe crashed")
            self.invalid = [f"the probe crashed: {error!r}"]
        finally:
            for check in self.checks:
                if check.kept is None:
                    self._run.notes.append(f"{check.id} not judged: {check.text}")
            self.over = True

    def _phases(self) -> None:
        self._set_clocks()
        before, other = self._look()
        operations = ["recommend", "ingestEvents"]
        if self._run.has_secret_keys:
            operations += ["upsertItems", "upsertUsers"]
        burst = self._burst(before, operations)
        everything = [before, *burst]
        self.checks += _probe_checks.judge_burst(before, burst, self._rules)
        if not any(shot.refused and shot.reset is not None and not shot.problems for shot in burst):
            self._finish_other(other, everything)
            self._run.notes.append("recovery not judged: no refusal that says when it ends")
            return
        recovers = self._wait_recovery or max(shot.reset or 0 for shot in burst) <= SHORT
        held = self._hold(everything, operations, recovers)
        everything += held
        self.checks.append(_probe_checks.judge_hold(held))
        if self._rules.kind == "fixed":
            self.checks.append(_probe_checks.judge_window(everything, self._clock_error))
        everything = self._finish_other(other, everything)
        if not recovers:
            self._run.notes.append("recovery not judged: the window is long; --wait-recovery waits for it")
            return
        self._count_down(_probe_checks.window_end([shot for shot in everything if shot.organisation == 0])[1])
        self.checks += _probe_checks.judge_recovery(self._volley([[0, "recommend"]] * 3, lanes=1), self._rules)

    def _look(self) -> tuple[Shot, Shot | None]:
        """Send one request per organisation, in a window that is long enough for the burst."""
        for _ in range(2):
            first = self._volley([[0, "recommend"]], lanes=1)[0]
            if first.status == 0:
                raise Unjudgeable("the target doesn't answer")
            needed = 3 + (first.limit or 0) / 200
            if not first.refused and (first.reset is None or first.reset >= needed):
                break
            if first.reset is None or (first.reset > SHORT and not self._wait_recovery):
                raise Unjudgeable(f"the quota is used up for another {first.reset} s; --wait-recovery waits for it")
            self._count_down(perf_counter() + first.reset + 0.2)
        if first.refused:
            raise Unjudgeable("refused although its window should have ended")
        if self._run.organisation_count < 2:
            self.checks.append(Check("other organisation served", None, "no keys of a second organisation"))
            return first, None
        return first, self._volley([[1, "recommend"]], lanes=1)[0]

    def _burst(self, before: Shot, operations: Sequence[str]) -> list[Shot]:
        """Send more requests than may pass, over all routes; even more while hardly any is refused."""
        limit = before.limit or 1_000
        orders = self._orders((before.remaining or limit) + EXTRA, operations)
        burst = self._volley(orders)
        while len(burst) < _MOST_BURST * limit and sum(shot.refused for shot in burst[-len(orders) :]) < EXTRA:
            orders = self._orders(limit, operations)
            burst += self._volley(orders)
        longest = before.sent + (before.reset or _FOREVER) - 1
        if max(shot.answered for shot in burst) > longest:
            raise Unjudgeable(
                "the window ended before the burst did: the target or the generator is slow, or the window is short"
            )
        return burst

    def _orders(self, count: int, operations: Sequence[str]) -> list[Order]:
        orders = [[0, operations[number % len(operations)]] for number in range(count)]
        self._rng.shuffle(orders)
        return orders

    def _hold(self, shots: Sequence[Shot], operations: Sequence[str], recovers: bool) -> list[Shot]:
        """Send one request now and then until just before the window ends (or for some seconds only)."""
        held: list[Shot] = []
        begun = perf_counter()
        earliest = _probe_checks.window_end(shots)[0]
        while (left := earliest - 0.3 - perf_counter()) > 0 and (recovers or perf_counter() - begun < _SHORT_HOLD):
            held += self._volley([[0, self._rng.choice(operations)]], lanes=1)
            gevent.sleep(min(left, max(0.3, (earliest - begun) / _HOLD_SHOTS)))
        return [shot for shot in held if shot.answered < earliest]

    def _finish_other(self, before: Shot | None, shots: list[Shot]) -> list[Shot]:
        after: list[Shot] = []
        if before is not None:
            after = self._volley([[1, "recommend"]] * 3, lanes=1)
            self.checks += _probe_checks.judge_other(before, after)
            after.append(before)
        self.checks[:0] = list(_probe_checks.judge_headers([*shots, *after]))
        return [*shots, *after]

    def _count_down(self, until: float) -> None:
        until += 0.15 + 2 * self._clock_error
        while (left := until - perf_counter()) > 0:
            log.info("waiting for the window to end: %.0f s", left)
            gevent.sleep(min(left, 10.0))

    def _set_clocks(self) -> None:
        for client in self._clients():
            asked = perf_counter()
            reply = self._ask("probe_clock", {}, [client])[0]
            self._offsets[client] = reply["clock"] - (asked + reply["at"]) / 2
            self._clock_error = max(self._clock_error, (reply["at"] - asked) / 2)

    def _volley(self, orders: Sequence[Order], lanes: int = LANES) -> list[Shot]:
        """Send all orders, spread over connections and workers, and wait for every response."""
        clients = self._clients()
        lists = [list(orders[lane::lanes]) for lane in range(lanes)]
        parts = [[one for one in lists[number :: len(clients)] if one] for number in range(len(clients))]
        busy = [(client, part) for client, part in zip(clients, parts, strict=True) if part]
        replies = self._ask("probe_fire", {}, [client for client, _ in busy], [part for _, part in busy])
        return [shot for reply in replies for shot in self._shots(reply)]

    def _shots(self, reply: dict[str, Any]) -> Iterator[Shot]:
        worker, offset = self._clients().index(reply["client"]), self._offsets[reply["client"]]
        for organisation, operation, lane, sent, answered, status, limit, remaining, reset, problems in reply[
            "records"
        ]:
            key_type = endpoints()[operation].key_type
            times = (sent - offset, answered - offset)
            yield Shot(
                organisation,
                operation,
                key_type,
                worker,
                lane,
                *times,
                status,
                limit,
                remaining,
                reset,
                tuple(problems),
            )

    def _ask(
        self, message: str, data: dict[str, Any], clients: Sequence[str], lanes: Sequence[Any] = ()
    ) -> list[dict[str, Any]]:
        numbers = [next(self._ids) for _ in clients]
        self._arrived.update({number: Event() for number in numbers})
        for place, (number, client) in enumerate(zip(numbers, clients, strict=True)):
            self._run.send(message, {**data, "id": number, "lanes": lanes[place] if lanes else []}, client)
        deadline = perf_counter() + _TIMEOUT_S
        for number, client in zip(numbers, clients, strict=True):
            while not self._arrived[number].wait(1):
                if client not in self._run.clients() or perf_counter() > deadline:
                    raise Unjudgeable("a worker was lost, or did not reply to the probe in time")
        return [self._replies.pop(number) for number in numbers]

    def _clients(self) -> list[str]:
        return list(self._run.ready)
