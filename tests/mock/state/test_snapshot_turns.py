"""Large snapshot files are read and written in a thread, and other threads run in between."""

import threading
import time
from collections.abc import Callable

import pytest

from fixtures.bodies import item_body
from mock_server.runtime import collector
from mock_server.state.recommender import Config
from mock_server.state.records import Item
from mock_server.state.snapshots import file
from mock_server.state.tenant import Tenant
from tests.support.mock_client import Client


def longest_share(work: Callable[[], object]) -> float:
    """Of the CPU time that `work` takes in a thread, the longest part in which this thread got no turn."""
    used: list[float] = []
    clock: list[int] = []
    ready, over = threading.Event(), threading.Event()

    def run() -> None:
        clock.append(time.pthread_getcpuclockid(threading.get_ident()))
        ready.set()
        with collector.paused():
            work()
        used.append(time.thread_time())
        over.set()
        done.wait()

    done = threading.Event()
    thread = threading.Thread(target=run)
    thread.start()
    ready.wait()
    longest, last = 0.0, time.clock_gettime(clock[0])
    while not over.wait(0.0005):
        now = time.clock_gettime(clock[0])
        longest, last = max(longest, now - last), now
    done.set()
    thread.join()
    return longest / used[0]


@pytest.mark.skipif(not hasattr(time, "pthread_getcpuclockid"), reason="no clock of a single thread here")
def test_others_get_their_turn_while_a_snapshot_file_is_written_and_read(mock: Client) -> None:
    tenant = mock.mock.organisations.first.tenant
    for number in range(20_000):
        tenant.apply_item(Item.from_body(item_body(f"prod_{number}", attributes={"title": "x" * 300, "tags": ["a"]})))
    snapshot = mock.run(mock.mock.freeze())
    written: list[bytes] = []
    assert longest_share(lambda: written.append(file.write(snapshot))) < 0.4
    depth = mock.mock.contract.ranking_depth
    keys = mock.mock.organisations.keys_for

    def read() -> None:
        file.read(written[0], lambda name: Tenant(name, Config(depth=depth)), keys)

    assert longest_share(read) < 0.4
