"""The --keys-out file is written completely or not at all."""

import errno
import os
from pathlib import Path

import pytest

from mock_server.command import keys_file
from mock_server.command.options import UsageError


def test_a_full_disk_leaves_nothing_behind_and_is_one_clear_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    path = tmp_path / "keys.json"
    monkeypatch.setattr("os.replace", full)
    with pytest.raises(UsageError, match=r"--keys-out .*keys\.json: No space left on device"):
        keys_file.write(path, b"{}")
    assert list(tmp_path.iterdir()) == []
