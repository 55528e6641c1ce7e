"""Rules about keys: the right type, and secret keys on servers only."""

from __future__ import annotations

from mock_server.http.origin import is_foreign
from mock_server.layers.journal.lint.request import Request


class WrongKeyType:
    id = "wrong-key-type"
    sentence = "Publishable keys ask for recommendations and send events, secret keys load items and users."

    def look_at(self, request: Request) -> str | None:
        exchange = request.exchange
        needed = exchange.needed_key_type
        if exchange.status != 403 or needed is None or exchange.key_type in (None, needed):
            return None
        return f"{exchange.operation_id} takes the {needed} key, and the {exchange.key_type} key was sent"


class SecretKeyInBrowser:
    id = "secret-key-in-browser"
    sentence = (
        "A request with an Origin comes from a browser, where anyone can read the secret key: keep it on a server."
    )

    def look_at(self, request: Request) -> str | None:
        exchange = request.exchange
        if exchange.key_type != "secret" or not is_foreign(dict(exchange.request.headers)):
            return None
        return f"the secret key was sent by a page of {exchange.origin}"
