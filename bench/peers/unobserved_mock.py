"""The mock without journal and metrics: `python -m bench.peers.unobserved_mock [options of lehnz-mock]`."""

import sys
from unittest.mock import patch

from mock_server import app
from mock_server.__main__ import main

with patch.object(app, "Recorder", lambda inner, _: inner):
    sys.exit(main())
