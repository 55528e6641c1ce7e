"""Passes every exchange to every rule, once and in order, when the journal is read."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from itertools import islice

from mock_server.layers.journal.exchange import Exchange, Remark
from mock_server.layers.journal.lint.batches import DuplicateEventId, UnbatchedEvents
from mock_server.layers.journal.lint.identity import NeverIdentified
from mock_server.layers.journal.lint.keys import SecretKeyInBrowser, WrongKeyType
from mock_server.layers.journal.lint.rate_limit import CalledBeforeRetryAfter, IgnoredRemaining
from mock_server.layers.journal.lint.recommendations import NeverEchoed
from mock_server.layers.journal.lint.request import Remembered, Request, Rule
from mock_server.lint.rules import SENT_RULES
from mock_server.lint.sent import Sent, SentRule
from mock_server.state.tenant import Tenant

RULES: Sequence[type[Rule]] = (
    CalledBeforeRetryAfter,
    IgnoredRemaining,
    WrongKeyType,
    SecretKeyInBrowser,
    UnbatchedEvents,
    DuplicateEventId,
    NeverIdentified,
    NeverEchoed,
)
EVERY_RULE: Sequence[type[Rule] | SentRule] = (*RULES, *SENT_RULES)
_ORGANISATIONS = 64  # organisations that are remembered, the most recently active ones

_ITEMS = 10_000  # items of an organisation that are remembered
_MOST = 5  # findings of one rule that are kept for one request
_ACCEPTED = (200, 202)

FindTenant = Callable[[str], Tenant | None]
FieldsOf = Callable[[str], Collection[str]]  # returns the documented fields of an operation's records


class Linter:
    """Runs the rules. A reset of an organisation clears the rules' memory of it."""

    def __init__(
        self,
        find_tenant: FindTenant,
        fields_of: FieldsOf = lambda _: (),
        era_of: Callable[[str], int] = lambda _: 0,
    ) -> None:
        self._find_tenant = find_tenant
        self._fields_of = fields_of
        self._era_of = era_of
        self._memories: Remembered[str, _Memory] = Remembered(_ORGANISATIONS)

    def look_at(self, exchange: Exchange) -> None:
        """Pass an exchange to the rules. Call this in the order of the ids."""
        if exchange.tenant_id is not None:
            memory = self._memory_of(exchange.tenant_id, exchange.era)
            request = Request(exchange, self._find_tenant(exchange.tenant_id))
            memory.note(request)
            remarks = ((rule.id, rule.look_at(request)) for rule in memory.rules)
            exchange.lint = [Remark(name, message) for name, message in remarks if message]
            exchange.lint.extend(self._of_request_alone(request, memory))

    def _of_request_alone(self, request: Request, memory: _Memory) -> Iterator[Remark]:
        exchange = request.exchange
        if exchange.status not in _ACCEPTED or exchange.operation_id is None or exchange.tenant_id is None:
            return
        is_current = exchange.era == self._era_of(exchange.tenant_id)  # if not, the data has changed since
        body = request.body
        sent = Sent(
            exchange.operation_id,
            self._fields_of(exchange.operation_id),
            request.records,
            isinstance(body, list),
            request.tenant if is_current else None,
            memory.items.__contains__,
        )
        for rule in SENT_RULES:
            found = list(islice(rule.look_at(sent), _MOST + 1))
            for each in found[:_MOST]:
                more = " (and more)" if len(found) > _MOST and each is found[_MOST - 1] else ""
                yield Remark(rule.id, f"{each.field} {each.message}{more}")

    def _memory_of(self, tenant_id: str, era: int) -> _Memory:
        known = self._memories.get(tenant_id)
        if known is None or known.era != era:
            known = _Memory(era)
        self._memories[tenant_id] = known
        return known


class _Memory:
    """What is known of one organisation since its last reset. `items`: ids that were accepted, visible or not."""

    def __init__(self, era: int) -> None:
        self.era = era
        self.rules: Sequence[Rule] = [rule() for rule in RULES]
        self.items: Remembered[str, None] = Remembered(_ITEMS)

    def note(self, request: Request) -> None:
        if request.exchange.accepted and request.exchange.accepted[0] == "items":
            for record in request.records:
                self.items[str(record.get("item_id"))] = None
