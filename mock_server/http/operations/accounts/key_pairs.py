"""Key pairs ("Developer Access"). A secret key is shown once; a revoked pair is invalid immediately."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from mock_server.errors import Conflict, NotFound
from mock_server.http.operations.accounts.call import AccountCall, success
from mock_server.http.operations.call import Answer
from mock_server.state.accounts.key_pairs import KeyPair, generate
from mock_server.state.keys import masked
from mock_server.state.organisations import Organisation
from mock_server.state.records import iso_8601

MOST = 100  # valid pairs of one organisation
_DEVELOPMENT = "development"  # key_id of the pair that an organisation made by the mock starts with


async def list_key_pairs(call: AccountCall) -> Answer:
    pairs = [_pair(each) for each in reversed(call.here.team.pairs.values())]
    return success({"key_pairs": [*pairs, *_development_pair(call.here.organisation)]})


async def generate_key_pair(call: AccountCall) -> Answer:
    organisation, team, _ = call.here
    if sum(pair.revoked_at is None for pair in team.pairs.values()) >= MOST:
        raise Conflict(f"an organisation may have {MOST} key pairs: revoke one")
    pair, secret_key = generate(call.directory.rng, call.signed_in.account_id, call.now)
    team.pairs[pair.key_id] = pair
    for digest, key_type in pair.digests():
        call.services.organisations.admit(organisation, digest, key_type)
    call.record(pair.key_id, publishable_key=pair.publishable_key)
    return success({**_pair(pair), "secret_key": secret_key}, 201)


async def revoke_key_pair(call: AccountCall) -> Answer:
    team, key_id = call.here.team, call.parameters["key_id"]
    if key_id == _DEVELOPMENT and call.here.organisation.secret_key:
        raise Conflict("the development pair can't be revoked")
    pair = team.pairs.get(key_id)
    if pair is None or pair.revoked_at is not None:
        raise NotFound("the organisation has no such key pair, or it is revoked already")
    team.pairs[key_id] = revoked = replace(pair, revoked_at=call.now)
    for digest, _ in pair.digests():
        call.services.organisations.keys.remove(digest)
    call.record(key_id, publishable_key=pair.publishable_key)
    return success(_pair(revoked))


def _pair(pair: KeyPair) -> dict[str, Any]:
    return {
        "key_id": pair.key_id,
        "publishable_key": pair.publishable_key,
        "secret_key": None,
        "secret_hint": pair.secret_hint,
        "development": False,
        "created_at": iso_8601(pair.created_at),
        "created_by": pair.created_by,
        "revoked_at": None if pair.revoked_at is None else iso_8601(pair.revoked_at),
    }


def _development_pair(organisation: Organisation) -> list[dict[str, Any]]:
    """Return the pair of an organisation that the mock made. It may be shown, because it is valid on a mock only."""
    if not organisation.secret_key:
        return []
    return [
        {
            "key_id": _DEVELOPMENT,
            "publishable_key": organisation.publishable_key,
            "secret_key": organisation.secret_key,
            "secret_hint": masked(organisation.secret_key),
            "development": True,
            "created_at": None,
            "created_by": None,
            "revoked_at": None,
        }
    ]
