"""--watch: reloads the spec when its file changes. The data stays. If the file is invalid, this is logged and the old
spec stays."""

from __future__ import annotations

import logging
from pathlib import Path

from watchfiles import Change, awatch

from fixtures.spec import SpecError, load_spec
from mock_server.mock import Mock

logger = logging.getLogger(__name__)


async def watch(mock: Mock) -> None:
    """Reload the mock's spec whenever its file changes, until cancelled."""
    path = mock.spec.path.resolve()
    # Watches the folder, because editors replace the file.
    changes = awatch(path.parent, watch_filter=lambda kind, name: kind != Change.deleted and Path(name) == path)
    async for _ in changes:
        reload(mock, path)


def reload(mock: Mock, path: Path) -> None:
    """Serve the spec in the file. If it is invalid, log why and keep the old one."""
    try:
        mock.reload_spec(load_spec(path))
    except SpecError as error:
        logger.warning("%s (the spec read before is still served)", error)
    else:
        logger.info("%s was edited: the new spec is served, the data is unchanged", path.name)
