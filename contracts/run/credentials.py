"""The credential matrix: valid keys, and every kind of invalid key that the documents exclude."""

from dataclasses import dataclass
from typing import Literal

from contracts.target import Target
from fixtures.redaction import Redactor

KeyType = Literal["publishable", "secret"]


@dataclass(frozen=True)
class Credential:
    name: str  # its name in reports
    headers: dict[str, str]
    organisation: str | None  # None if the key is not valid


_NONE = Credential("none", {}, None)
# The wrong keys that nearly equal a valid one. The others contain the whole key, or nothing of it.
_NEARLY_RIGHT = {"tampered", "tampered-inside", "relabelled", "shortened", "other-case"}
_NAMES = {("main", "publishable"): "pk", ("main", "secret"): "sk"}
_NAMES |= {("other", "publishable"): "pk2", ("other", "secret"): "sk2"}


def _other(character: str) -> str:
    return "a" if character != "a" else "b"


def _next(character: str) -> str:
    return "0" if character == "9" else "a" if character in "zZ" or not character.isalnum() else chr(ord(character) + 1)


class Credentials:
    """All credentials of a target. Wrong keys are registered with the redactor, because they resemble the valid
    ones."""

    def __init__(self, target: Target, redactor: Redactor) -> None:
        self._target = target
        self._redactor = redactor
        pairs = [target.main, target.other] if target.other else [target.main]
        self._known = {key for pair in pairs for key in (pair.publishable_key, pair.secret_key)}
        target.connection.learn_secrets(redactor)
        for organisation in ("main", "other") if target.other else ("main",):
            for key_type in ("publishable", "secret"):
                right = self.right(key_type, organisation)
                redactor.learn(right.headers["X-API-KEY"], f"${right.name.upper()}")

    def right(self, key_type: KeyType | str, organisation: str = "main") -> Credential:
        keys = self._target.keys(organisation)
        key = keys.key(key_type)
        return Credential(_NAMES[organisation, key_type], {"X-API-KEY": key}, organisation)

    @staticmethod
    def none() -> Credential:
        return _NONE

    def wrong_type(self, key_type: KeyType | str, organisation: str = "main") -> Credential:
        """Return a valid key of the other type."""
        return self.right("secret" if key_type == "publishable" else "publishable", organisation)

    def wrong(self, key_type: KeyType | str) -> dict[str, Credential]:
        """Return by name every credential that must be refused with 401, without those that replace a header that
        --header sets."""
        key = self.right(key_type).headers["X-API-KEY"]
        another = self.wrong_type(key_type).headers["X-API-KEY"]
        prefix = "lehnz_pk_" if key_type == "publishable" else "lehnz_sk_"
        cut, middle = key[:-1], (len(prefix) + len(key)) // 2
        unknown = f"{prefix}0000000000000000nobody"
        relabelled = prefix + another.removeprefix("lehnz_pk_").removeprefix("lehnz_sk_")
        keys = {"unknown": unknown, "relabelled": unknown if relabelled == key else relabelled}
        keys |= {"tampered": cut + _other(key[-1]), "shortened": cut, "lengthened": key + "0"}
        keys |= {"tampered-inside": key[:middle] + _other(key[middle]) + key[middle + 1 :]}
        keys |= {
            "other-case": key.swapcase(),
            "prefix-only": prefix,
            "empty": "",
            "long": unknown * 20,
            "without-prefix": "nobody",
        }
        found = {name: self._named(name, {"X-API-KEY": self._unused(value)}) for name, value in keys.items()}
        found["in-a-list"] = self._named("in-a-list", {"X-API-KEY": f"{unknown}, {key}"})
        found["bearer"] = self._named("bearer", {"X-API-KEY": f"Bearer {key}"})
        found["other-header"] = self._named("other-header", {"Authorization": f"Bearer {key}"})
        names = ("Api-Key", "X-Auth-Token", "X-Access-Token", "X-Lehnz-Key", "Authorization")
        found["other-names"] = self._named(
            "other-names", {**dict.fromkeys(names, key), "Cookie": f"api_key={key}; X-API-KEY={key}"}
        )
        users = self._target.connection.header_names
        return {n: wrong for n, wrong in found.items() if not users & {name.lower() for name in wrong.headers}}

    def _unused(self, key: str) -> str:
        """Return a wrong key that is certainly not a valid one."""
        while key in self._known:
            key = key[:-1] + _next(key[-1])
        return key

    def _named(self, name: str, headers: dict[str, str]) -> Credential:
        if name in _NEARLY_RIGHT:
            self._redactor.learn(headers["X-API-KEY"], f"${name.upper().replace('-', '_')}_KEY")
        return Credential(name, headers, None)
