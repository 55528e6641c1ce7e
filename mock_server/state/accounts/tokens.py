"""Bearer tokens: JSON Web Tokens that expire by the mock's clock, not by the machine's."""

from __future__ import annotations

import jwt
from jwt.types import Options

_ALGORITHM = "HS256"
_CLAIMS = ["sub", "iat", "exp"]
# The library would compare with the machine's time.
_OPTIONS: Options = {"require": _CLAIMS, "verify_exp": False, "verify_iat": False, "verify_nbf": False}


class TokenError(Exception):
    """What is wrong with a token, in a sentence."""


class Tokens:
    """`signing_key`: at least 32 bytes. Times are seconds since the epoch."""

    def __init__(self, signing_key: bytes) -> None:
        self._key = signing_key

    def issue(self, account_id: str, now: float, seconds: int) -> str:
        """A token that is good for `seconds`."""
        issued = int(now)
        return jwt.encode({"sub": account_id, "iat": issued, "exp": issued + seconds}, self._key, _ALGORITHM)

    def account_id(self, token: str, now: float) -> str:
        """Whose token it is. Raises TokenError."""
        try:
            claims = jwt.decode(token, self._key, algorithms=[_ALGORITHM], options=_OPTIONS)
        except jwt.InvalidTokenError:
            raise TokenError("this mock did not issue the bearer token, or it was restarted; sign in again") from None
        expires = claims["exp"]
        if not isinstance(expires, int) or expires <= now:
            raise TokenError("the bearer token has expired; sign in again")
        return str(claims["sub"])
