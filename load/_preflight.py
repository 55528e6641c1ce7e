"""Sends one request per organisation before a run: does the target answer, are the keys valid, how much quota is left?

Only what makes a run impossible is a problem. After a 5xx or a lost connection the request is repeated; if it still
fails, that is an error of the target, which the run counts."""

from collections.abc import Sequence
from typing import Any

import gevent
import gevent.pool
import orjson

from load import _rate_limit
from load._endpoints import endpoints
from load._http import Connections, request_headers
from load._keys import Organisation

_BODY = orjson.dumps({"strategy": "popular", "limit": 1})
AT_ONCE = 8
_ATTEMPTS = 4
_PAUSE = 0.1  # seconds, doubled after each try


def look(connections: Connections, organisations: Sequence[Organisation]) -> list[dict[str, Any]]:
    """Return for each organisation its name, `status` (0: no response), `error`, `requests` that it used, `location` of
    a redirect, and its `limit`, `remaining`, `reset` (None if not sent)."""
    first = _look(connections, organisations[0])
    if first["status"] == 0 or 300 <= first["status"] < 400:
        return [first]  # no response, or a redirect: don't repeat it for every organisation
    pool = gevent.pool.Pool(AT_ONCE)
    return [first, *pool.map(lambda one: _look(connections, one), organisations[1:])]


def _look(connections: Connections, organisation: Organisation) -> dict[str, Any]:
    endpoint = endpoints()["recommend"]
    for attempt in range(1, _ATTEMPTS + 1):
        response = connections.send(endpoint, _BODY, request_headers(organisation, endpoint))
        if 0 < response.status < 500 or attempt == _ATTEMPTS:
            break
        gevent.sleep(_PAUSE * 2.0 ** (attempt - 1))
    limits = _rate_limit.read(response.headers)
    location = str(response.headers.get("Location") or "") if response.headers is not None else ""
    facts = {"name": organisation.name, "status": response.status, "error": response.error, "requests": attempt}
    return {**facts, "location": location[:200], **limits._asdict()}
