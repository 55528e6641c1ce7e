"""An HTTP proxy in a thread that requires a login and records the requests that it gets."""

import base64
import contextlib
import http.client
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from typing import Any, ClassVar
from urllib.parse import urlsplit

from tests.support.sites import serving

LOGIN = "load:hunter2-hunter2"
_HOP = {"proxy-authorization", "connection", "proxy-connection", "transfer-encoding"}


@dataclass
class Seen:
    """What the proxy recorded. `url`: of the proxy, without its login. `headers`: of every forwarded request, names in
    lower case. `tunnels`: the targets of CONNECT requests, as HOST:PORT."""

    url: str
    refused: int = 0
    tunnels: list[str] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)

    @property
    def with_login(self) -> str:
        return self.url.replace("://", f"://{LOGIN}@")


@contextlib.contextmanager
def small_proxy() -> Iterator[Seen]:
    class Handler(_Handler):
        pass

    with serving(Handler) as url:
        Handler.seen = Seen(url)
        yield Handler.seen


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    seen: ClassVar[Seen]

    def log_message(self, *_: Any) -> None:
        return

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        if not self._logged_in():
            return
        parts = urlsplit(self.path)  # a client of a proxy sends whole URLs
        headers = {name: value for name, value in self.headers.items() if name.lower() not in _HOP}
        self.seen.headers.append({name.lower(): value for name, value in headers.items()})
        target = http.client.HTTPConnection(str(parts.hostname), parts.port or 80, timeout=30)
        with contextlib.closing(target):
            target.request("POST", parts.path, body, headers)
            answer = target.getresponse()
            self._answer(answer.status, answer.getheaders(), answer.read())

    def do_CONNECT(self) -> None:
        """Record the target of a tunnel, and open none."""
        if self._logged_in():
            self.seen.tunnels.append(self.path)
            self._answer(502, [], b"")

    def _logged_in(self) -> bool:
        """Check the login; answer the request if it is wrong."""
        if self.headers.get("Proxy-Authorization") == f"Basic {base64.b64encode(LOGIN.encode()).decode()}":
            return True
        self.seen.refused += 1
        self._answer(407, [], b"")
        return False

    def _answer(self, status: int, headers: list[tuple[str, str]], body: bytes) -> None:
        self.send_response(status)
        for name, value in headers:
            if name.lower() not in (*_HOP, "content-length", "date", "server"):
                self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
