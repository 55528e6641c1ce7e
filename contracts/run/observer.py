"""Records in the model what each exchange changed."""

import bisect
import math

from contracts.exchange import REFUSED, Exchange
from contracts.run.model import NO_ORGANISATION, Model, records_of

_ITEMS = {"upsertItems", "firstEditionUpsertItems"}
_USERS = {"upsertUsers", "firstEditionUpsertUsers"}
_EVENTS = {"ingestEvents", "firstEditionIngestEvents"}


def observe(model: Model, exchange: Exchange) -> None:
    """Record what an answered write changed. A write without a response may count at any later time."""
    organisation, operation = exchange.organisation, exchange.operation or ""
    written = exchange.method == "POST" and operation in _ITEMS | _USERS | _EVENTS
    unknown = exchange.status is None or exchange.status >= 500
    taken = exchange.ok or unknown
    until = math.inf if unknown else exchange.answered_at
    if written and organisation and taken:
        bisect.insort(model.written_at, exchange.answered_at)
    if not written:
        return
    records = records_of(exchange.request_json)
    among_others = bool(organisation) and exchange.status in REFUSED and len(records) > 1
    for body in records:
        if operation in _ITEMS:
            if among_others:
                model.refused_in_array(organisation or NO_ORGANISATION, body)
            elif taken:
                model.upserted(organisation or NO_ORGANISATION, body, exchange.sent_at, until)
            else:
                model.refused(organisation or NO_ORGANISATION, body, str(exchange.status))
        elif organisation and taken and operation in _USERS:
            model.user_upserted(organisation, body, exchange.sent_at)
        elif organisation and taken and operation in _EVENTS:
            model.happened(organisation, body, exchange.sent_at, until)
        elif organisation and (operation in _EVENTS or among_others):
            model.histories.refused(organisation, body)
