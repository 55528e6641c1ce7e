"""The one way to the target: counts, paces, redacts and keeps every exchange."""

import json as json_module
import ssl
import threading
import time
from collections.abc import Callable, Mapping
from typing import Any

import httpx

from contracts.exchange import Exchange
from contracts.run import wire
from contracts.run.budget import Budget
from contracts.run.credentials import Credential
from contracts.run.redact import Redactor
from contracts.target import Target

_PATIENCE = 3  # windows that one request may wait for
_MOST_BYTES = 4_000_000  # of an answer


def encode(body: Any) -> bytes:
    """JSON as UTF-8, with integers of any size."""
    return json_module.dumps(body, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "surrogatepass")


class Client:
    """`send` never raises for what the target does: an answer that didn't come is an Exchange without a status.
    It raises Starved when there is no request left."""

    def __init__(self, target: Target, budget: Budget, redactor: Redactor, timeout: float) -> None:
        self.journal: list[Exchange] = []
        self.observers: list[Callable[[Exchange], None]] = []
        self._target, self._budget, self._redactor, self._timeout = target, budget, redactor, timeout
        self._verify = ssl.create_default_context(cafile=target.ca_file) if target.url.startswith("https") else False
        self._pooled = self._open(keep_alive=5)
        self._fresh = self._open(keep_alive=0)
        self._lock = threading.Lock()

    def _open(self, keep_alive: int) -> httpx.Client:
        limits = httpx.Limits(max_keepalive_connections=keep_alive)
        return httpx.Client(
            verify=self._verify, timeout=self._timeout, limits=limits, trust_env=False, follow_redirects=False
        )

    def close(self) -> None:
        self._pooled.close()
        self._fresh.close()

    def send(
        self,
        source: str,
        method: str,
        path: str,
        credential: Credential,
        *,
        operation: str | None = None,
        json: Any = None,
        content: bytes | None = None,
        headers: Mapping[str, str | None] | None = None,
        fresh: bool = False,
        understood: bool = True,
        valid: bool = False,
        take_429: bool = False,
    ) -> Exchange:
        """One request; `headers` add, replace, or with None remove. `take_429`: hand a 429 back, don't wait."""
        with self._lock:
            for _ in range(_PATIENCE):
                self._budget.take(credential.organisation)
                exchange = self._once(
                    source, method, path, credential, operation, json, content, headers, fresh, understood, valid
                )
                if exchange.status != 429 or take_429 or not credential.organisation:
                    break
                self._budget.wait_after_429(exchange)
            return exchange

    def _once(
        self,
        source: str,
        method: str,
        path: str,
        credential: Credential,
        operation: str | None,
        json: Any,
        content: bytes | None,
        headers: Mapping[str, str | None] | None,
        fresh: bool,
        understood: bool,
        valid: bool,
    ) -> Exchange:
        body = content if content is not None else b"" if json is None else encode(json)
        sent: dict[str, str | None] = {"Content-Type": "application/json", **credential.headers, **(headers or {})}
        real = {**self._target.headers, **{name: value for name, value in sent.items() if value is not None}}
        started = time.monotonic()
        try:
            status, got, answer = self._exchange(method, path, real, body, fresh)
            failure = ""
        except (httpx.HTTPError, httpx.InvalidURL, httpx.StreamError) as error:
            status, got, answer = None, {}, b""
            failure = wire.words_for(error)
        exchange = Exchange(
            number=len(self.journal) + 1,
            source=source,
            operation=operation,
            method=method,
            path=self._redactor.text(path),
            key=credential.name,
            organisation=credential.organisation,
            request_headers={name: self._redactor.text(value) for name, value in real.items()},
            request_body=self._redactor.bytes(body),
            sent_at=started,
            seconds=time.monotonic() - started,
            status=status,
            headers={name.lower(): self._redactor.text(value) for name, value in got.items()},
            body=self._redactor.bytes(answer),
            failure=failure,
            understood=understood,
            valid=valid,
        )
        self.journal.append(exchange)
        self._budget.learn(exchange)
        for observe in self.observers:
            observe(exchange)
        return exchange

    def _exchange(
        self, method: str, path: str, headers: Mapping[str, str], body: bytes, fresh: bool
    ) -> tuple[int, dict[str, str], bytes]:
        """Once more on a fresh connection when a kept one turned out to be closed: that is the target's right."""
        url = self._target.url + path
        for client in (self._fresh,) if fresh else (self._pooled, self._fresh):
            try:
                with client.stream(method, url, headers=headers, content=body or None) as response:
                    answer = b""
                    for chunk in response.iter_bytes():
                        answer += chunk
                        if len(answer) > _MOST_BYTES:
                            break
                    return response.status_code, dict(response.headers), answer
            except (httpx.RemoteProtocolError, httpx.ReadError, httpx.WriteError):
                if client is self._fresh:
                    raise
        raise AssertionError("the loop returns or raises")
