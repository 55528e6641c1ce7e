"""`Prefer: code=429` on a request (RFC 7240) asks for that error, for this request only. Requires --allow-prefer."""

from __future__ import annotations

import re
from collections.abc import Iterable

from fixtures.spec import Operation
from mock_server.context import NO_EFFECTS, Effects, Header
from mock_server.errors import BadRequest, FieldError
from mock_server.layers.faults.refusals import refusal
from mock_server.spec.validation import listed

_CODE = re.compile(r"""(?:^|[,;])\s*code\s*=\s*(?:"([^"]*)"|([^",;\s]*))""", re.IGNORECASE)


def preferred(headers: Iterable[Header], operation: Operation | None) -> Effects | None:
    """Return the effects of the preferred error, or of a 400 for a code that the operation does not document. A
    preferred success changes nothing. None without a preference, and for a request without an operation."""
    text = ", ".join(value.decode("latin-1") for name, value in headers if name == b"prefer")
    found = _CODE.search(text)
    if found is None or operation is None:
        return None
    code = found[1] if found[1] is not None else found[2]
    if code not in operation.responses:
        rule = f"code {code!r:.32} is undocumented for this operation; it has {', '.join(sorted(operation.responses))}"
        return Effects(BadRequest(*listed([FieldError("header.Prefer", rule)])))
    status = int(code) if code.isdigit() else 0
    return Effects(refusal(status, f"the request preferred code={status}")) if status >= 400 else NO_EFFECTS
