"""Read and compiled once, before the processes are forked: most of what a short run would cost.

Server and suite have a copy each, since a fault may change what its server reads.
"""

import gc

from contracts import catalogue, session
from fixtures.spec import load_spec
from mock_server.app import create_app
from mock_server.command import running
from mock_server.command.options import read_settings
from mock_server.mock import Mock

_served, _judged, _catalogue = load_spec(), load_spec(), catalogue.load_catalogue()

running.load_spec = lambda path=None: load_spec(path) if path else _served  # type: ignore[attr-defined]
session.load_spec = lambda path=None: load_spec(path) if path else _judged  # type: ignore[attr-defined]
catalogue.load_catalogue = lambda: _catalogue

create_app(Mock(read_settings([]), _served))

# What is here stays: no process should go through it again and again, nor get a copy of its own by doing so.
gc.collect()
gc.freeze()
