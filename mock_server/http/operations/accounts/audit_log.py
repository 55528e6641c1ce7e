"""The audit log, one page per request."""

from __future__ import annotations

from typing import Any

from mock_server.http.operations.accounts.call import AccountCall, success
from mock_server.http.operations.call import Answer
from mock_server.http.paging import page_of
from mock_server.state.accounts.audit import Entry, Filter
from mock_server.state.records import epoch_seconds, iso_8601


async def read_audit_log(call: AccountCall) -> Answer:
    asked = call.parameters
    wanted = Filter(
        action=asked.get("action"),
        account_id=asked.get("account_id"),
        outcome=asked.get("outcome"),
        after=epoch_seconds(asked.get("after")),
        before=epoch_seconds(asked.get("before")),
    )
    entries, pagination = page_of(call.here.team.audit.found(wanted), asked["limit"], asked["page"])
    return success({"entries": list(map(_entry, entries)), "pagination": pagination})


def _entry(entry: Entry) -> dict[str, Any]:
    return {
        "entry_id": entry.entry_id,
        "at": iso_8601(entry.at),
        **entry.actor._asdict(),
        "action": entry.action,
        "outcome": entry.outcome,
        "subject": entry.subject,
        "details": entry.details,
    }
