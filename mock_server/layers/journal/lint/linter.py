"""Every exchange is shown to every rule, once and in order, when somebody reads the journal."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from mock_server.layers.journal.exchange import Exchange, Remark
from mock_server.layers.journal.lint.batches import DuplicateEventId, UnbatchedEvents
from mock_server.layers.journal.lint.keys import SecretKeyInBrowser, WrongKeyType
from mock_server.layers.journal.lint.limits import CalledBeforeRetryAfter, IgnoredRemaining
from mock_server.layers.journal.lint.people import NeverIdentified
from mock_server.layers.journal.lint.recommendations import NeverEchoed
from mock_server.layers.journal.lint.request import Remembered, Request, Rule
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
_ORGANISATIONS = 64  # those that were busy last

FindTenant = Callable[[str], Tenant | None]


class Linter:
    """A reset of an organisation begins anew with it."""

    def __init__(self, find_tenant: FindTenant) -> None:
        self._find_tenant = find_tenant
        self._rules: Remembered[str, tuple[int, Sequence[Rule]]] = Remembered(_ORGANISATIONS)

    def look_at(self, exchange: Exchange) -> None:
        """In the order of their ids."""
        if exchange.tenant_id is not None:
            request = Request(exchange, self._find_tenant(exchange.tenant_id))
            remarks = ((rule.id, rule.look_at(request)) for rule in self._rules_of(exchange.tenant_id, exchange.era))
            exchange.lint = [Remark(name, message) for name, message in remarks if message]

    def _rules_of(self, tenant_id: str, era: int) -> Sequence[Rule]:
        known, rules = self._rules.get(tenant_id, (None, ()))
        if known != era:
            rules = [rule() for rule in RULES]
        self._rules[tenant_id] = (era, rules)
        return rules
