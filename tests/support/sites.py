"""Other web sites on loopback: a shop's page, an attacker's page, a proxy's target."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


class QuietHandler(BaseHTTPRequestHandler):
    def log_message(self, *_: Any) -> None:
        """Print nothing."""


class EmptyPage(QuietHandler):
    """Serves the same page at every path."""

    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.end_headers()
        self.wfile.write(b"<!doctype html><title>Somebody's page</title><body>")


@contextmanager
def serving(handler: Callable[..., BaseHTTPRequestHandler], name: str = "127.0.0.1") -> Iterator[str]:
    """Serve the site and yield its origin; `name`: the host name by which the browser reaches it."""
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.05,))
        thread.start()
        try:
            yield f"http://{name}:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()
