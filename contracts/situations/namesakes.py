"""Items and users with the same id: deleting one must leave the other alone."""

from collections import defaultdict
from collections.abc import Iterable

from contracts.run.probe import Probe
from contracts.situations.values import PLAIN_IDS
from fixtures.bodies import item_body, user_body

_MOST = 10  # records in one array


def delete_users_like(items: Iterable[tuple[str, str, str]], probe: Probe) -> None:
    """Delete users who have the ids of these items: (organisation, kind of id, id)."""
    for organisation, ids in _plain(items, probe):
        bodies = [user_body(each, status="deleted") for each in ids]
        probe.send(probe.operations.users, bodies, organisation=organisation)


def delete_items_like(users: Iterable[tuple[str, str, str]], probe: Probe) -> None:
    """Delete items that have the ids of these users."""
    for organisation, ids in _plain(users, probe):
        bodies = [item_body(each, status="deleted") for each in ids]
        probe.send(probe.operations.items, bodies, organisation=organisation)


def _plain(records: Iterable[tuple[str, str, str]], probe: Probe) -> Iterable[tuple[str, list[str]]]:
    """Return some ids of each organisation that every server must accept; none if each would take a request."""
    found: defaultdict[str, list[str]] = defaultdict(list)
    for organisation, kind, identifier in records if probe.visibility.arrays else ():
        if kind in PLAIN_IDS and len(found[organisation]) < _MOST:
            found[organisation].append(identifier)
    return found.items()
