"""Fills a journal without a mock."""

from mock_server.layers.journal.journal import Journal
from tests.support.journal_client import raw_exchange


def kept(journal: Journal, tenant_id: str | None = None) -> list[int]:
    return [exchange.id for exchange in journal.read(tenant_id=tenant_id)]


def filled(capacity: int, *tenants: str) -> Journal:
    journal = Journal(capacity, lambda _: None)
    for tenant_id in tenants:
        journal.add(raw_exchange(tenant_id))
    return journal
