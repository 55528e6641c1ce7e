"""Large snapshot files are read and written in pieces, so that other threads can run in between."""

from typing import Any

import pytest
from pydantic import TypeAdapter

from fixtures.bodies import item_body
from mock_server.state.recommender import Config
from mock_server.state.records import Item
from mock_server.state.snapshots import file, parsed
from mock_server.state.snapshots.snapshot import Snapshot
from mock_server.state.tenant import Tenant
from tests.support.mock_client import Client

ITEMS = 5 * parsed.PIECE


class Checked:
    """A type adapter that records how many records it gets at once."""

    def __init__(self, adapter: TypeAdapter[Any]) -> None:
        self._adapter = adapter
        self.sizes: list[int] = []

    def validate_python(self, records: list[Any]) -> Any:
        self.sizes.append(len(records))
        return self._adapter.validate_python(records)


@pytest.fixture
def snapshot(mock: Client) -> Snapshot:
    tenant = mock.mock.organisations.first.tenant
    for number in range(ITEMS):
        tenant.apply_item(Item.from_body(item_body(f"prod_{number}", attributes={"title": "x" * 300, "tags": ["a"]})))
    made: Snapshot = mock.run(mock.mock.freeze())
    return made


def test_a_file_is_written_some_records_at_a_time(snapshot: Snapshot) -> None:
    pieces = list(file._pieces(snapshot))
    assert sum(piece.count(b'"prod_') for piece in pieces) >= ITEMS
    assert max(piece.count(b'"prod_') for piece in pieces) <= parsed.PIECE


def test_a_file_is_read_object_by_object_and_validated_some_records_at_a_time(
    mock: Client, snapshot: Snapshot, monkeypatch: pytest.MonkeyPatch
) -> None:
    objects, items = [], Checked(parsed.RECORDS["items"])
    made = parsed._object

    def counted(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        objects.append(len(pairs))
        return made(pairs)

    monkeypatch.setattr(parsed, "_object", counted)
    monkeypatch.setattr(parsed, "RECORDS", {**parsed.RECORDS, "items": items})
    config = Config(depth=mock.mock.contract.ranking_depth)
    file.read(file.write(snapshot), lambda name: Tenant(name, config), mock.mock.organisations.keys_for)
    assert len(objects) >= 2 * ITEMS, "Python code runs for each record and for its attributes"
    assert sum(items.sizes) == ITEMS
    assert max(items.sizes) <= parsed.PIECE
