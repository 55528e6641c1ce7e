"""The mock without its cache of rankings: `python -m bench.peers.uncached_mock [options of lehnz-mock]`."""

import sys
from functools import partial
from unittest.mock import patch

from mock_server.__main__ import main
from mock_server.state import seeded
from mock_server.state.recommender import Config

with patch.object(seeded, "Config", partial(Config, rankings=0)):
    sys.exit(main())
