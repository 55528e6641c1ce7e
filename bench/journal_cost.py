"""The cost of the journal and the metrics per request, in CPU time compared with the API without them.

    python -m bench.journal_cost [--quick] [--write]

In one process and without HTTP, so that nothing else is measured: one question, repeated. Its list of 20 is cached, so
it is the cheapest request there is. The variants alternate; the result is the ratio within a round."""

import asyncio
import sys
from collections.abc import Mapping, Sequence

from starlette.types import ASGIApp

from bench.fault_cost import REQUESTS, resolved, row, spend
from bench.part import Options, Part, run
from fixtures.world import build_world
from mock_server.app import Layers, make_api
from mock_server.command.seeding import Seed
from mock_server.http.cors import Cors
from mock_server.layers.journal.recorder import Recorder
from mock_server.mock import Mock
from mock_server.runtime import collector
from mock_server.settings import Settings

BARE = "neither"
METRICS = "metrics (`--journal 0`)"
JOURNAL = "journal and metrics (`--journal 1000`, the default)"


def make(journal: int | None) -> tuple[Mock, ASGIApp]:
    """Return a mock and its API whose journal keeps `journal` exchanges; None leaves out journal and metrics."""
    settings = Settings(rate_limit="off", journal=journal or 0)
    mock = Mock(settings, fill=Seed("small", build_world("small", seed=42)).fill)
    layers = Layers(mock)
    app: ASGIApp = Cors(make_api(mock))
    if journal is not None:
        app = Recorder(app, layers.journal, layers.meter, mock.clock)
    return mock, resolved(mock, app)


def measure(options: Options) -> str:
    collector.settle()
    rounds = 10 if options.quick else 60
    variants: dict[str, tuple[Mock, ASGIApp]] = {
        BARE: make(None),
        METRICS: make(0),
        JOURNAL: make(1_000),
    }
    found: dict[str, list[float]] = {name: [] for name in variants}
    for turn in range(-5, rounds):  # the first turns warm up and fill the journal
        for name, (mock, app) in variants.items():
            spent = asyncio.run(spend(app, mock.organisations.first.publishable_key, REQUESTS))
            if turn >= 0:
                found[name].append(spent / REQUESTS * 1e6)
    return table(found)


def table(found: Mapping[str, Sequence[float]]) -> str:
    rows = ["| what is kept | CPU us/request | relative to neither, median (least, most) |", "|---|---|---|"]
    return "\n".join([*rows, *(row(name, spent, found[BARE]) for name, spent in found.items())])


PART = Part("journal_cost", measure)

if __name__ == "__main__":
    sys.exit(run(PART, __doc__))
