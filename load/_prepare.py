"""Fills organisations with the generated shop, within a budget of requests, until lists are not empty.

Without data every list is empty, and an empty list is fast, so such latencies are meaningless."""

import itertools
import sys
import time
from collections.abc import Iterator, Sequence
from random import Random
from typing import Any, NamedTuple

import httpx

from fixtures.bodies import recommend_body
from fixtures.connection import Connection
from fixtures.option_error import OptionError
from fixtures.world import build_world
from load import _rate_limit
from load._endpoints import endpoints
from load._keys import Organisation
from load._retries import Backoff

BATCH = 500
_EVENTS = 1_000  # so many that every strategy returns something
_RESERVE = 3  # requests kept for checking whether lists are filled


class Prepared(NamedTuple):
    """What one organisation received; `problem` is empty when its lists are filled."""

    name: str
    items: int
    users: int
    events: int
    requests: int
    problem: str


class Filler:
    """Sends one organisation its data, with at most `budget` requests."""

    def __init__(self, client: httpx.Client, organisation: Organisation, budget: int) -> None:
        self._client, self._organisation, self._budget = client, organisation, budget
        self._backoff = Backoff(Random(organisation.name))
        self.requests = 0
        self.sent = {"items": 0, "users": 0, "events": 0}
        self.problem = ""

    def fill(self, size: str, seed: int) -> None:
        """Send items, users and events as far as the budget allows."""
        world = build_world(size, seed)
        self._send_all("items", "upsertItems", list(world.items))
        self._send_all("users", "upsertUsers", list(world.users))
        self._send_all("events", "ingestEvents", list(itertools.islice(world.events(), _EVENTS)))

    def has_lists(self) -> bool:
        """Return whether the target recommends anything to an unknown user."""
        reply = self._send("recommend", recommend_body("popular", limit=1), reserve=0)
        data = reply.json().get("data") if reply is not None and reply.status_code == 200 else None
        return bool(isinstance(data, dict) and data.get("recommended_items"))

    @property
    def exhausted(self) -> bool:
        return self.requests >= self._budget

    def _send_all(self, what: str, operation: str, bodies: Sequence[Any]) -> None:
        arrays = True
        queue = list(_batches(bodies, BATCH))
        while queue and not self.problem:
            batch = queue.pop(0)
            reply = self._send(operation, batch if arrays else batch[0], _RESERVE)
            if reply is None:
                return
            if reply.status_code == 400 and arrays:
                arrays, queue = False, list(_batches(bodies, 1))
            elif reply.is_success:
                self.sent[what] += len(batch)
            else:
                self.problem = f"{endpoints()[operation].name} answers {reply.status_code}"

    def _send(self, operation: str, body: Any, reserve: int) -> httpx.Response | None:
        endpoint = endpoints()[operation]
        headers = {"X-API-KEY": self._organisation.key(endpoint.key_type)}
        while self.requests < self._budget - reserve:
            self.requests += 1
            try:
                reply = self._client.request(endpoint.method, endpoint.path, json=body, headers=headers)
                status = reply.status_code
            except httpx.HTTPError as error:
                reply, status = None, 0
                self.problem = f"no response: {type(error).__name__}"
            if reply is not None and status == 429:
                self.problem = f"no quota left for another {_rate_limit.read(reply.headers).reset} s"
                return None
            delay = self._backoff.delay(status)
            if delay is None:
                if reply is not None:
                    self.problem = ""
                return reply
            time.sleep(delay)
        return None


def prepare(
    target: str,
    organisations: Sequence[Organisation],
    size: str,
    seed: int,
    budget: int,
    settle: float,
    connection: Connection,
) -> list[Prepared]:
    """Fill all organisations, then wait up to `settle` seconds until each has lists. Raises OptionError."""
    if budget < _RESERVE + 2:
        raise OptionError(f"--budget must be at least {_RESERVE + 2}")
    with httpx.Client(
        base_url=target,
        headers=dict(connection.headers),
        verify=connection.ssl_context(),
        proxy=connection.proxy or None,
        timeout=10,
        trust_env=False,
    ) as client:
        fillers = [Filler(client, one, budget) for one in organisations]
        for filler in fillers:
            filler.fill(size, seed)
        _settle(fillers, settle)
    rows = zip(organisations, fillers, strict=True)
    return [Prepared(one.name, **filler.sent, requests=filler.requests, problem=filler.problem) for one, filler in rows]


def report(prepared: Sequence[Prepared]) -> int:
    """Print the table; return 0 if every organisation has lists, else 4."""
    totals = [sum(getattr(one, field) for one in prepared) for field in ("items", "users", "events", "requests")]
    most = max(one.requests for one in prepared)
    print(
        "prepared {} organisations: {:,} items, {:,} users, {:,} events, {:,} requests".format(len(prepared), *totals),
        f"({most} of one organisation at most)",
        file=sys.stderr,
    )
    for one in prepared:
        if one.problem:
            print(f"{one.name}: {one.problem}", file=sys.stderr)
    return 4 if any(one.problem for one in prepared) else 0


def _settle(fillers: Sequence[Filler], seconds: float) -> None:
    deadline, pause = time.monotonic() + seconds, 0.3
    waiting = [filler for filler in fillers if not filler.problem]
    while waiting:
        waiting = [filler for filler in waiting if not filler.has_lists()]
        over = time.monotonic() + pause > deadline
        for filler in waiting:
            if over or filler.exhausted:
                filler.problem = filler.problem or f"lists are still empty after {seconds:g} s or the whole budget"
        waiting = [filler for filler in waiting if not filler.problem]
        if waiting:
            time.sleep(pause)
            pause *= 2


def _batches(bodies: Sequence[Any], size: int) -> Iterator[list[Any]]:
    for start in range(0, len(bodies), size):
        yield list(bodies[start : start + size])
