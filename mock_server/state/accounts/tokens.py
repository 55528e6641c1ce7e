"""Bearer tokens: JSON Web Tokens that expire by the mock's clock.

The signing key is new after each start and reset, and is never stored. The state file (--state) holds digests of the
issued tokens, so that these are still valid after a restart."""

from __future__ import annotations

from typing import Any, NamedTuple

import jwt
from jwt.types import Options
from pydantic import TypeAdapter

from mock_server.state.keys import digest_of

_ALGORITHM = "HS256"
_CLAIMS = ["sub", "iat", "exp"]
# Expiry is checked here, because the library would compare `exp` with the machine's clock.
_OPTIONS: Options = {"require": _CLAIMS, "verify_exp": False, "verify_iat": False, "verify_nbf": False}
_MOST = 10_000  # digests that are kept; the oldest is dropped first


class TokenError(Exception):
    """Why a token is invalid, in one sentence."""


class SignIn(NamedTuple):
    """An issued token: its account, and when it expires."""

    account_id: str
    expires: int


_SIGN_INS = TypeAdapter(dict[str, SignIn])


class Tokens:
    """Issues and checks tokens. `signing_key`: at least 32 bytes. Times are seconds since the epoch."""

    def __init__(self, signing_key: bytes) -> None:
        self._key = signing_key
        self._issued: dict[str, SignIn] = {}  # by digest, oldest first

    def begin_anew(self, signing_key: bytes) -> None:
        """Use a new signing key, which makes all earlier tokens invalid."""
        self._key, self._issued = signing_key, {}

    def issue(self, account_id: str, now: float, seconds: int) -> str:
        """Issue a token that is valid for `seconds`."""
        issued = int(now)
        claims = {"sub": account_id, "iat": issued, "exp": issued + seconds}
        token = jwt.encode(claims, self._key, _ALGORITHM)
        self._issued[digest_of(token).hex()] = SignIn(account_id, issued + seconds)
        self._forget_old(now)
        return token

    def account_id(self, token: str, now: float) -> str:
        """Return the id of the token's account. Raises TokenError."""
        found = self._signed_here(token) or self._issued.get(digest_of(token).hex())
        if found is None:
            raise TokenError("this mock did not issue the bearer token, or it was restarted; sign in again")
        if found.expires <= now:
            raise TokenError("the bearer token has expired; sign in again")
        return found.account_id

    def freeze(self, _: str | None = None) -> Any:
        """Return the account and the expiry of each token by its digest, for the state file."""
        return {digest: list(each) for digest, each in self._issued.items()}

    def thaw(self, frozen: Any, _: str | None = None) -> None:
        """Accept tokens of an earlier run. Raises ValueError for data that `freeze` did not return."""
        self._issued = _SIGN_INS.validate_python(frozen)

    def _forget_old(self, now: float) -> None:
        for digest in list(self._issued)[:-1]:  # never drops the newest, which was just issued
            if self._issued[digest].expires > now and len(self._issued) <= _MOST:
                return
            del self._issued[digest]

    def _signed_here(self, token: str) -> SignIn | None:
        try:
            claims = jwt.decode(token, self._key, algorithms=[_ALGORITHM], options=_OPTIONS)
        except jwt.InvalidTokenError:
            return None
        expires = claims["exp"]
        return SignIn(str(claims["sub"]), expires if isinstance(expires, int) else 0)
