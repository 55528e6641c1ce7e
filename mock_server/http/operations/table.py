"""Maps the operationId of every operation of the spec to the function that serves it."""

from __future__ import annotations

from collections.abc import Mapping

from mock_server.http.operations.accounts.handlers import ACCOUNTS
from mock_server.http.operations.call import Handler
from mock_server.http.operations.current import CURRENT
from mock_server.http.operations.first_edition import FIRST_EDITION

HANDLERS: Mapping[str, Handler] = {**CURRENT, **FIRST_EDITION, **ACCOUNTS}
NEEDS: Mapping[str, tuple[str, ...]] = {operation_id: handler.needs for operation_id, handler in HANDLERS.items()}
