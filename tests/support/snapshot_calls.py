"""Takes and restores snapshots over the control plane."""

from typing import Any

from tests.support.control_client import CHANGE, Served

FILE = {"Content-Type": "application/json"}


def snapshot(served: Served, **body: Any) -> str:
    return str(served.control("/snapshots", body)["snapshot_id"])


def restore(served: Served, snapshot_id: str) -> Any:
    return served.control(f"/snapshots/{snapshot_id}/restore", {})


def file_of(served: Served, snapshot_id: str) -> bytes:
    answer = served.call("GET", f"/_mock/snapshots/{snapshot_id}/file")
    assert answer.headers["content-disposition"].startswith("attachment; filename=")
    return answer.content


def restore_file(served: Served, text: bytes) -> Any:
    answer = served.call("POST", "/_mock/snapshots/file", content=text, headers=CHANGE | FILE)
    assert answer.status_code == 200, answer.text
    return answer.json()["data"]
