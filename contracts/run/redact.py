"""Keys leave this module only as `$PK`, `$SK`, ...: every report is written from what it gave out."""

from collections.abc import Iterable


class Redactor:
    """Replaces secrets by names, the longest first, so that a key inside a longer one is not left half-shown."""

    def __init__(self, secrets: Iterable[tuple[str, str]] = ()) -> None:
        self._secrets: dict[str, str] = {}
        for secret, name in secrets:
            self.learn(secret, name)

    def learn(self, secret: str, name: str) -> None:
        if secret:
            self._secrets[secret] = name
            self._ordered = sorted(self._secrets.items(), key=lambda pair: -len(pair[0]))
            self._encoded = [(known.encode(), told.encode()) for known, told in self._ordered]

    def text(self, text: str) -> str:
        for secret, name in self._ordered if self._secrets else ():
            text = text.replace(secret, name)
        return text

    def bytes(self, body: bytes) -> bytes:
        for secret, name in self._encoded if self._secrets else ():
            body = body.replace(secret, name)
        return body
