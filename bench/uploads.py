"""The effect of a bulk upload on other requests: /v1/recommend while 100,000 items are read, and without.

    python -m bench.uploads [--quick] [--write]

The two p99 are compared within one run. It fails when the upload does not take every row.
"""

import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import httpx
import psutil

from bench.part import BenchError, Options, Part, run
from fixtures.mock_process import RunningMock, running_mock

ROWS = 100_000
IDLE_SECONDS = 2.0
HEAD = "item_id,item_type,name,price,category,status\n"


@dataclass(frozen=True, slots=True)
class Asked:
    """The seconds of each request of one client."""

    name: str
    seconds: list[float]

    def at(self, share: float) -> float:
        """Return the quantile in milliseconds."""
        return sorted(self.seconds)[int(share * (len(self.seconds) - 1))] * 1000


class Shop:
    """An organisation that an account made, with a small catalogue and a key pair."""

    def __init__(self, mock: RunningMock) -> None:
        self.mock = mock
        self.client = httpx.Client(base_url=mock.url, timeout=120)
        body = {"email": "ada@shop.test", "password": "correct horse battery", "name": "Ada"}
        token = self._data(self.client.post("/auth/register", json=body))["access_token"]
        self.client.headers["Authorization"] = f"Bearer {token}"
        self.path = (
            f"/organisations/{self._data(self.client.post('/organisations', json={'name': 'Shop'}))['tenant_id']}"
        )
        self.key = str(self._data(self.client.post(f"{self.path}/keys"))["publishable_key"])

    def upload(self, content: bytes) -> tuple[float, int]:
        """Upload a file of items; return the seconds until all are visible, and the number of accepted rows."""
        started = time.perf_counter()
        sent = self.client.post(f"{self.path}/uploads?kind=items", files={"file": ("catalog.csv", content)})
        self.client.post("/_mock/flush", json={"all": True}, headers={"X-Mock-Control": "1"}).raise_for_status()
        taken = self._data(self.client.get(f"{self.path}/uploads/{self._data(sent)['upload_id']}"))["rows"]["accepted"]
        return time.perf_counter() - started, int(taken)

    @staticmethod
    def _data(answer: httpx.Response) -> Any:
        return answer.raise_for_status().json()["data"]


def catalogue(rows: int) -> bytes:
    """Return a CSV file of items."""
    lines = (f"PROD-{n:06},product,Item {n},{n % 500}.99,category-{n % 40},active\n" for n in range(rows))
    return f"{HEAD}{''.join(lines)}".encode()


def ask(mock: RunningMock, name: str, key: str, over: threading.Event) -> Asked:
    """Send requests in sequence until it is over; return their times."""
    seconds: list[float] = []
    with httpx.Client(base_url=mock.url, headers={"X-API-KEY": key}, timeout=120) as client:
        client.post("/v1/recommend", json={"strategy": "popular"}).raise_for_status()  # open the connection
        while not over.is_set():
            started = time.perf_counter()
            client.post("/v1/recommend", json={"strategy": "popular"}).raise_for_status()
            seconds.append(time.perf_counter() - started)
    return Asked(name, seconds)


@contextmanager
def asking(mock: RunningMock, keys: dict[str, str]) -> Iterator[list[Asked]]:
    """Send requests with each key until the block ends; then the list that it yields has the results."""
    over, found = threading.Event(), list[Asked]()
    threads = [
        threading.Thread(target=lambda name=name, key=key: found.append(ask(mock, name, key, over)))
        for name, key in keys.items()
    ]
    for thread in threads:
        thread.start()
    yield found
    over.set()
    for thread in threads:
        thread.join()


def measure(options: Options) -> str:
    count = ROWS // 10 if options.quick else ROWS
    with running_mock("--rate-limit", "off") as mock:
        shop = Shop(mock)
        keys = {"another organisation": mock.publishable_key, "the same organisation": shop.key}
        content = catalogue(count)  # made before, because this process also measures
        with asking(mock, keys) as idle:
            time.sleep(IDLE_SECONDS)
        quiet = {each.name: each for each in idle}
        server = psutil.Process(mock.pid)
        before = sum(server.cpu_times()[:2])
        alone, taken = shop.upload(content)
        cpu = sum(server.cpu_times()[:2]) - before
        with asking(mock, keys) as busy:
            beside, _ = shop.upload(content)
    rows = [
        "| /v1/recommend of | idle p50 ms | idle p99 ms | beside p50 ms | beside p99 ms | p99, relative | requests |"
    ]
    rows.append("|---|---|---|---|---|---|---|")
    for each in busy:
        before_it = quiet[each.name]
        ratio = each.at(0.99) / before_it.at(0.99)
        cells = [
            f"{value:.1f}" for value in (before_it.at(0.5), before_it.at(0.99), each.at(0.5), each.at(0.99), ratio)
        ]
        rows.append(f"| {each.name} | {' | '.join(cells)} | {len(each.seconds):,} |")
    report = "\n".join(
        [
            f"{count:,} rows: {cpu:.1f} s of the server's CPU time and {alone:.1f} s by the clock alone, "
            f"{beside:.1f} s beside the requests.",
            "",
            *rows,
        ]
    )
    if taken != count:
        raise BenchError(f"{taken:,} of {count:,} rows were accepted")
    return report


PART = Part("uploads", measure)

if __name__ == "__main__":
    sys.exit(run(PART, __doc__))
