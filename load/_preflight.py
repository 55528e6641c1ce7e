"""One request per organisation before a run: is the target there, are the keys good, what is left of the quota?"""

from collections.abc import Sequence
from typing import Any

import gevent.pool
import orjson

from load import _rate_limit
from load._client import request_headers
from load._endpoints import endpoints
from load._keys import Organisation

_BODY = orjson.dumps({"strategy": "popular", "limit": 1})
_AT_ONCE = 8


def look(session: Any, organisations: Sequence[Organisation]) -> list[dict[str, Any]]:
    """For each its name, `status` (0: no answer), `error`, and its `limit`, `remaining`, `reset` (None if not sent)."""
    first = _look(session, organisations[0])
    if first["status"] == 0:
        return [first]  # nobody there: don't wait for as many timeouts as there are organisations
    pool = gevent.pool.Pool(_AT_ONCE)
    return [first, *pool.map(lambda one: _look(session, one), organisations[1:])]


def _look(session: Any, organisation: Organisation) -> dict[str, Any]:
    endpoint = endpoints()["recommend"]
    headers = request_headers(organisation, endpoint)
    with session.request(endpoint.method, endpoint.path, data=_BODY, headers=headers, catch_response=True) as response:
        limits = _rate_limit.read(response.headers)
        status = response.status_code
        error = "" if status else str(response.error) or type(response.error).__name__
        response.success()
    return {"name": organisation.name, "status": status, "error": error, **limits._asdict()}
