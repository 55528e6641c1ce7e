"""--strict-client: refuses requests that are accepted but certainly a mistake, so that a test suite fails."""

from __future__ import annotations

from collections.abc import Collection

from fixtures.rules import FieldError
from mock_server.errors import BadRequest
from mock_server.lint.rules import SENT_RULES
from mock_server.lint.sent import Sent
from mock_server.spec.validation import listed

ALL = "all"


class StrictClient:
    """Refuses such requests. `rules`: rule ids, or `all`."""

    def __init__(self, rules: Collection[str]) -> None:
        self._rules = [rule for rule in SENT_RULES if rule.id in rules or ALL in rules]

    def check(self, sent: Sent) -> None:
        """Raise BadRequest with all findings, if there are any."""
        found = [
            FieldError(each.field, f"{each.message} (--strict-client: {rule.id})")
            for rule in self._rules
            for each in rule.look_at(sent)
        ]
        if found:
            raise BadRequest(*listed(found))
