"""Kills the mock at random moments under load, then checks by id that everything it acknowledged is still there.

    python -m bench.kills [--kills 100] [--seed 1] [--sync normal] [--write docs/benchmarks.md]

Each round starts the mock on the same state file. Four clients send events (each with an id of its own) and items, ask
for recommendations and create organisations; 0.1 to 0.6 s later the mock gets SIGKILL. After the next start every event
and item that was answered with 202 must be there exactly once, and no event that was not sent. Exit code 1 if one is
missing, duplicated or invented."""

import argparse
import http.client
import json
import os
import signal
import sys
import tempfile
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any
from urllib.parse import urlsplit

from bench.marks import write_between_marks
from fixtures.bodies import event_body, item_body
from fixtures.mock_process import RunningMock, running_mock

CLIENTS = 4


@dataclass
class Sent:
    """The ids that were sent, and those that were answered with 202."""

    sent: set[str] = field(default_factory=set)
    answered: set[str] = field(default_factory=set)
    items: set[str] = field(default_factory=set)
    organisations: set[str] = field(default_factory=set)
    lock: threading.Lock = field(default_factory=threading.Lock)


@dataclass
class Outcome:
    kills: int = 0
    answered: int = 0
    lost: int = 0
    doubled: int = 0
    made_up: int = 0
    slowest_start: float = 0.0

    @property
    def is_good(self) -> bool:
        return not (self.lost or self.doubled or self.made_up)

    def __str__(self) -> str:
        return (
            f"{self.kills} kills, {self.answered:,} events, items and organisations acknowledged: {self.lost} lost, "
            f"{self.doubled} duplicated, {self.made_up} invented; slowest start {self.slowest_start:.2f} s"
        )


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kills", type=int, default=100)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--sync", choices=["normal", "full"], default="normal")
    parser.add_argument("--write", type=Path, help="put the line between the marks of this file")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="lehnz-kills-") as folder:
        outcome = kill_often(Path(folder, "state.db"), options.kills, options.seed, options.sync)
    print(outcome)
    if options.write:
        write_between_marks(options.write, "kills", f"{outcome}.")
    return 0 if outcome.is_good else 1


def kill_often(state: Path, kills: int, seed: int, sync: str = "normal") -> Outcome:
    """Start the mock on the same file, kill it and compare, round after round."""
    rng, sent, outcome = Random(seed), Sent(), Outcome()
    for number in range(kills + 1):
        began = time.monotonic()
        with running_mock(
            "--state", str(state), "--state-sync", sync, "--seed-data", "none", "--rate-limit", "off", "--quiet"
        ) as mock:
            outcome.slowest_start = max(outcome.slowest_start, time.monotonic() - began)
            _compare(mock, sent, outcome)
            if number == kills:
                break
            _kill_under_load(mock, sent, rng)
            outcome.kills += 1
    outcome.answered = len(sent.answered) + len(sent.items) + len(sent.organisations)
    return outcome


def _kill_under_load(mock: RunningMock, sent: Sent, rng: Random) -> None:
    clients = [threading.Thread(target=_send, args=(mock, sent, Random(rng.random()))) for _ in range(CLIENTS)]
    for client in clients:
        client.start()
    time.sleep(rng.uniform(0.1, 0.6))
    os.kill(mock.pid, signal.SIGKILL)
    for client in clients:
        client.join()


def _send(mock: RunningMock, sent: Sent, rng: Random) -> None:
    """Send requests until the mock is killed."""
    connection = http.client.HTTPConnection(urlsplit(mock.url).netloc, timeout=10)
    try:
        while True:
            turn = rng.random()
            if turn < 0.7:
                _send_events(connection, mock, sent, rng)
            elif turn < 0.85:
                item_id = f"item-{rng.getrandbits(64):x}"
                if _post(connection, "/v1/ingest/items/upsert", item_body(item_id), mock.secret_key)[0] == 202:
                    with sent.lock:
                        sent.items.add(item_id)
            elif turn < 0.99:
                _post(connection, "/v1/recommend", {"strategy": "popular"}, mock.publishable_key)
            else:
                status, answer = _post(connection, "/_mock/organisations", {})
                if status == 201 or status == 200:
                    with sent.lock:
                        sent.organisations.add(answer["data"]["tenant_id"])
    except (OSError, http.client.HTTPException, ValueError):
        pass
    finally:
        connection.close()


def _send_events(connection: http.client.HTTPConnection, mock: RunningMock, sent: Sent, rng: Random) -> None:
    ids = [f"{rng.getrandbits(128):032x}" for _ in range(rng.choice((1, 1, 3, 20)))]
    events = [
        event_body("view", f"user-{rng.randrange(50)}", f"item-{rng.randrange(50)}", event_id=each) for each in ids
    ]
    with sent.lock:
        sent.sent.update(ids)
    if _post(connection, "/v1/ingest/events/ingest", events, mock.publishable_key)[0] == 202:
        with sent.lock:
            sent.answered.update(ids)


def _event(event_id: str, rng: Random) -> dict[str, Any]:
    return event_body("view", f"user-{rng.randrange(50)}", f"item-{rng.randrange(50)}", event_id=event_id)


def _compare(mock: RunningMock, sent: Sent, outcome: Outcome) -> None:
    """Compare the mock's own snapshot with what was sent."""
    connection = http.client.HTTPConnection(urlsplit(mock.url).netloc, timeout=60)
    _post(connection, "/_mock/flush", {"all": True})
    snapshot = _post(connection, "/_mock/snapshots", {})[1]["data"]["snapshot_id"]
    connection.request("GET", f"/_mock/snapshots/{snapshot}/file")
    found = json.loads(connection.getresponse().read())
    connection.close()
    first = found["organisations"][0]
    events = [each["event_id"] for each in first["events"]]
    items = {each["item_id"] for each in first["items"]}
    organisations = {each["tenant_id"] for each in found["organisations"]}
    outcome.lost += len(sent.answered - set(events)) + len(sent.items - items)
    outcome.lost += len(sent.organisations - organisations)
    outcome.doubled += len(events) - len(set(events))
    outcome.made_up += len(set(events) - sent.sent)


def _post(connection: http.client.HTTPConnection, path: str, body: Any, key: str = "") -> tuple[int, Any]:
    headers = {"Content-Type": "application/json", "X-API-KEY": key, "X-Mock-Control": "1"}
    connection.request("POST", path, json.dumps(body), headers)
    response = connection.getresponse()
    return response.status, json.loads(response.read())


if __name__ == "__main__":
    sys.exit(main())
