"""Who may call the control plane: this machine, or whoever knows the token; never a page of another site."""

from __future__ import annotations

import hmac
import ipaddress
from collections.abc import Iterable

from starlette.requests import Request

from mock_server.errors import Forbidden, Unauthorized

CHANGE_HEADER = "X-Mock-Control"
_SAFE_METHODS = {"GET", "HEAD"}


class Access:
    """`token`: None where only this machine can connect. `names`: Host names beside localhost and IP addresses."""

    def __init__(self, token: str | None, names: Iterable[str] = ()) -> None:
        self._token = token
        self._names = {name.lower() for name in names}

    def check(self, request: Request) -> None:
        """Raises Forbidden or Unauthorized, with what to do."""
        host = _host_name(request.headers.get("host", ""))
        if not self._knows(host):
            raise Forbidden(
                f"the control plane does not answer to the Host {host!r}: start the mock with --allowed-host"
            )
        if self._token is not None and not self._has_token(request.headers.get("authorization", "")):
            raise Unauthorized("send the control token that the mock printed, as Authorization: Bearer TOKEN")
        if request.method not in _SAFE_METHODS and request.headers.get(CHANGE_HEADER) != "1":
            raise Forbidden(f"a call that changes something needs the header {CHANGE_HEADER}: 1")

    def _knows(self, host: str) -> bool:
        """A name that an attacker's DNS can point at this machine is refused; an address can't be pointed elsewhere."""
        return host == "localhost" or host.endswith(".localhost") or host in self._names or _is_address(host)

    def _has_token(self, authorization: str) -> bool:
        scheme, _, token = authorization.partition(" ")
        return scheme.lower() == "bearer" and hmac.compare_digest(token.strip().encode(), (self._token or "").encode())


def _host_name(header: str) -> str:
    """The name or address in a Host header, without port and brackets, in lower case."""
    if header.startswith("["):
        return header[1:].partition("]")[0].lower()
    return header.partition(":")[0].lower()


def _is_address(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True
