"""The end of a run: every generator stops sending, waits for its open requests, and sends its last report.

locust itself stops listening half a second after telling its workers to quit, and so loses later reports."""

from collections.abc import Iterator, Mapping
from time import perf_counter
from typing import Any, Protocol

import gevent

_LAST_WORDS = 5.0  # seconds beyond the slowest request, for the last reports


class Host(Protocol):
    """What the drain needs from its run. `drained`: last reports by generator, filled while it waits; `impatient`:
    don't wait for open requests."""

    ready: dict[str, dict[str, Any]]
    drained: dict[str, dict[str, Any]]
    impatient: bool

    def alive(self) -> list[str]: ...
    def send(self, message: str, data: dict[str, Any], client: str) -> None: ...
    def look_for_lost_workers(self) -> None: ...


def drain(host: Host, request_timeout: float) -> Iterator[str]:
    """Wait until every last report has arrived; then yield every problem that this shows in the run, a sentence
    each."""
    wait_seconds = request_timeout + _LAST_WORDS
    for client in host.alive():
        host.send("load_drain", {"wait_seconds": wait_seconds}, client)
    deadline = perf_counter() + wait_seconds + _LAST_WORDS
    while not host.impatient and perf_counter() < deadline and _missing(host):
        gevent.sleep(0.02)
    host.look_for_lost_workers()
    if silent := len(_missing(host)):
        yield f"{silent} of {len(host.ready)} workers didn't send their last report"
    if unfinished := _unfinished(host.drained):
        yield f"{unfinished} requests without a response when the run ended"


def _missing(host: Host) -> list[str]:
    return [client for client in host.alive() if client not in host.drained]


def _unfinished(drained: Mapping[str, Mapping[str, Any]]) -> int:
    return sum(int(reply["unfinished"]) for reply in drained.values())
