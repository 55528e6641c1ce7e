"""Binds the listening sockets before anything else starts, so that a port in use is a one-line error."""

from __future__ import annotations

import errno
import ipaddress
import socket
from collections.abc import Sequence

from mock_server.command.options import UsageError

_ABSENT = {errno.EADDRNOTAVAIL, errno.EAFNOSUPPORT}  # errors on a machine without IPv6
_ATTEMPTS = 20


def bind(hosts: Sequence[str], port: int) -> list[socket.socket]:
    """Bind one socket for each address of `hosts`, all on one port; 0 picks a port that is free on all of them.

    An address that the machine lacks is skipped if another one works. Raises UsageError."""
    addresses = list(dict.fromkeys(address for host in hosts for address in _addresses(host)))
    for attempt in range(_ATTEMPTS):
        try:
            return _bind_all(addresses, port)
        except OSError as error:
            if error.errno == errno.EADDRINUSE and port == 0 and attempt < _ATTEMPTS - 1:
                continue  # free on the first address, in use on another: try another port
            raise _explain(error, port) from None
    raise AssertionError("unreachable")


def url_of(sockets: Sequence[socket.socket]) -> str:
    """Return the server's URL on this machine."""
    host, port = sockets[0].getsockname()[:2]
    address = ipaddress.ip_address(host)
    if address.is_unspecified:
        host = "127.0.0.1" if address.version == 4 else "::1"
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def is_loopback(sockets: Sequence[socket.socket]) -> bool:
    """Return whether only this machine can reach the server."""
    return all(ipaddress.ip_address(each.getsockname()[0]).is_loopback for each in sockets)


def _addresses(host: str) -> list[str]:
    try:
        found = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
    except (OSError, UnicodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "not a host name"
        raise UsageError(f"--host {host}: {reason}") from None
    return [str(entry[4][0]) for entry in found]


def _bind_all(addresses: Sequence[str], port: int) -> list[socket.socket]:
    bound: list[socket.socket] = []
    absent: OSError | None = None
    try:
        for address in addresses:
            try:
                bound.append(_listen(address, port))
            except OSError as error:
                if error.errno not in _ABSENT:
                    raise
                absent = error
                continue
            port = port or bound[0].getsockname()[1]
        if absent and not bound:
            raise absent
    except OSError:
        for each in bound:
            each.close()
        raise
    return bound


def _listen(address: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if family == socket.AF_INET6:
            listener.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        listener.bind((address, port))
        listener.listen(2048)
    except OSError as error:
        listener.close()
        raise OSError(error.errno, error.strerror, address) from None
    return listener


def _explain(error: OSError, port: int) -> UsageError:
    if error.errno == errno.EADDRINUSE:
        return UsageError(
            f"port {port} on {error.filename} is in use: choose another with --port, or any with --port 0"
        )
    return UsageError(f"can't listen on port {port} of {error.filename}: {error.strerror}")
