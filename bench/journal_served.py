"""What the journal and the metrics cost a request of the server as people run it, in CPU time of the whole process.

    python -m bench.journal_served [--quick] [--write]

Three servers on core 0, idle but for the one being asked; wrk repeats one question from core 1, in rounds by
turns. Its list is cached, so it is the cheapest request there is. The result is the ratio within a round."""

import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path

from bench.journal_cost import BARE, JOURNAL, METRICS, table
from bench.part import BenchError, Options, Part, run
from bench.recommend_peers import CLIENT_CORE, OPTIONS, SERVER_CORE
from bench.rotation import Rotation
from bench.wrk import CONNECTIONS, WrkError, ask, check_tools
from fixtures.mock_process import MockProcessError, running_mock

SERVERS = {  # name -> module, options
    BARE: ("bench.peers.unrecorded_mock", ()),
    METRICS: ("mock_server", ("--journal", "0")),
    JOURNAL: ("mock_server", ()),
}


def measure(options: Options) -> str:
    rounds, seconds = (3, 2) if options.quick else (15, 3)
    found: dict[str, list[float]] = {name: [] for name in SERVERS}
    try:
        check_tools()
        with tempfile.TemporaryDirectory() as folder, ExitStack() as running:
            rotation = Rotation(Path(folder))
            one = rotation.write(Path(folder, "one.txt"), length=1)
            given, prefix = (*OPTIONS, "--seed-data", str(rotation.shop)), ("taskset", "-c", str(SERVER_CORE))
            mocks = {
                name: running.enter_context(running_mock(*given, *more, prefix=prefix, module=module))
                for name, (module, more) in SERVERS.items()
            }
            for turn in range(-1, rounds):  # the first turn warms up
                for name, mock in mocks.items():
                    result = ask(mock.url, mock.pid, one, mock.publishable_key, seconds, CLIENT_CORE)
                    if turn >= 0:
                        found[name].append(result.cpu_us)
    except (WrkError, MockProcessError) as error:
        raise BenchError(str(error)) from None
    return f"{table(found)}\n\n{rounds} rounds of {seconds} s in turn, {CONNECTIONS} connections."


PART = Part("journal_served", measure)

if __name__ == "__main__":
    sys.exit(run(PART, __doc__))
