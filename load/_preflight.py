"""One request per organisation before a run: is the target there, are the keys good, what is left of the quota?"""

from collections.abc import Sequence
from typing import Any

import gevent.pool
import orjson

from load import _rate_limit
from load._endpoints import endpoints
from load._http import Connections, request_headers
from load._keys import Organisation

_BODY = orjson.dumps({"strategy": "popular", "limit": 1})
AT_ONCE = 8


def look(connections: Connections, organisations: Sequence[Organisation]) -> list[dict[str, Any]]:
    """For each its name, `status` (0: no answer), `error`, and its `limit`, `remaining`, `reset` (None if not sent)."""
    first = _look(connections, organisations[0])
    if first["status"] == 0:
        return [first]  # nobody there: don't wait for as many timeouts as there are organisations
    pool = gevent.pool.Pool(AT_ONCE)
    return [first, *pool.map(lambda one: _look(connections, one), organisations[1:])]


def _look(connections: Connections, organisation: Organisation) -> dict[str, Any]:
    endpoint = endpoints()["recommend"]
    answer = connections.send(endpoint, _BODY, request_headers(organisation, endpoint))
    limits = _rate_limit.read(answer.headers)
    return {"name": organisation.name, "status": answer.status, "error": answer.error, **limits._asdict()}
