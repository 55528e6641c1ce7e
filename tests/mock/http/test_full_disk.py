"""A full disk is reported in one line, and no half-written file is left."""

import errno
import os
import tempfile
from typing import Any

import pytest

from tests.support.account_client import Person
from tests.support.mock_client import Client


def test_an_upload_that_cannot_be_stored_is_answered_with_the_reason(
    mock: Client, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def full(*_: Any, **__: Any) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    ada = Person(mock, "ada")
    tenant_id = ada.post("/organisations", {"name": "Shop"}).data["tenant_id"]
    monkeypatch.setattr(tempfile.SpooledTemporaryFile, "write", full)
    form = b'--x\r\nContent-Disposition: form-data; name="file"; filename="a.csv"\r\n\r\nitem_id\n1\n\r\n--x--\r\n'
    headers = [("content-type", "multipart/form-data; boundary=x")]
    answer = ada.post(f"/organisations/{tenant_id}/uploads?kind=items", form, headers=headers)
    assert (answer.status, answer.json["error"]) == (500, "the mock can't keep the file: No space left on device")
    assert [record.exc_info for record in caplog.records] == [None]
