"""The mock without journal and metrics: `python -m bench.peers.unrecorded_mock [options of lehnz-mock]`."""

import sys
from unittest.mock import patch

from mock_server.__main__ import main

with patch("mock_server.app.Recorder", lambda api, *_: api):
    sys.exit(main())
