"""Where a request comes from: the peer, or what a trusted proxy says about it.

Each proxy appends the address that it hears from, so only the right end of X-Forwarded-For (or Forwarded, RFC 7239) can
be believed: it is read from the right, over the trusted proxies, to the first address that is none of them."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterable, Iterator, Sequence

from starlette.types import Scope

Network = ipaddress.IPv4Network | ipaddress.IPv6Network
_ADDRESS = re.compile(r"\[(?P<v6>[^\]]+)\](?::[0-9]+)?|(?P<v4>[0-9.]+)(?::[0-9]+)?|(?P<bare>[0-9A-Fa-f:.]+)")
_FOR = re.compile(r"(?:^|[;,])\s*for\s*=\s*(\"[^\"]*\"|[^;,\s]*)", re.IGNORECASE)


def address_of(scope: Scope, trusted: Sequence[Network] = ()) -> str:
    """The client's address, or an empty text where the transport has none."""
    client = scope.get("client")
    peer: str = client[0] if client else ""
    if not trusted or not _is_trusted(peer, trusted):
        return peer
    found = peer
    for hop in _hops(scope["headers"]):
        address = _address(hop)
        if address is None:  # hidden or broken: nothing to the left of it can be believed
            break
        found = address
        if not _is_trusted(address, trusted):
            break
    return found


def _hops(headers: Iterable[tuple[bytes, bytes]]) -> Iterator[str]:
    """What the proxies wrote, from the nearest to the farthest. Where both headers come, the wide-spread one counts."""
    values: dict[bytes, list[str]] = {b"x-forwarded-for": [], b"forwarded": []}
    for name, value in headers:
        if name in values:
            values[name].append(value.decode("latin-1"))
    if values[b"x-forwarded-for"]:
        yield from reversed(",".join(values[b"x-forwarded-for"]).split(","))
    else:
        yield from reversed([hop.strip('"') for hop in _FOR.findall(",".join(values[b"forwarded"]))])


def _address(text: str) -> str | None:
    match = _ADDRESS.fullmatch(text.strip())
    try:
        address = ipaddress.ip_address(match["v6"] or match["v4"] or match["bare"]) if match else None
    except ValueError:
        return None
    mapped = getattr(address, "ipv4_mapped", None)  # ::ffff:10.0.0.1 is 10.0.0.1
    return str(mapped or address) if address else None


def _is_trusted(text: str, trusted: Sequence[Network]) -> bool:
    address = _address(text)
    return address is not None and any(ipaddress.ip_address(address) in network for network in trusted)
