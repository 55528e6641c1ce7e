"""Mutants of isolation: the actions of one organisation show in another."""

from __future__ import annotations

from mock_server.state.records import Item
from tests.mutants.inside import shares
from tests.mutants.mutant import Mutant

MUTANTS = [
    Mutant(
        "items-are-everybodys",
        "An item is stored for every organisation.",
        ("TENANT-items-isolated", "TENANT-same-id"),
        shares(lambda record, _, __: isinstance(record, Item)),
    ),
]
