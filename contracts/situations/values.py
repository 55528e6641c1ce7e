"""The meaning of the values in `situations.toml`: ids, attribute values, lives."""

import unicodedata
from typing import Any
from urllib.parse import unquote

from contracts.run.probe import Body, Probe
from contracts.situations.table import Row
from fixtures.bodies import unique_uuid

_LONG = "a long text that goes on and on, " * 9
VALUES: dict[str, Any] = {
    "text": "velvet",
    "empty text": "",
    "number": 42,
    "zero": 0,
    "negative": -7,
    "beyond 2^31": 2**31 + 11,
    "beyond 2^53": 2**53 + 2,
    "fraction": 19.7519,
    "true": True,
    "false": False,
    "text of a number": "42",
    "text with a leading zero": "042",
    "long text": _LONG + "a",
    "long text with another end": _LONG + "b",
    "two words": "red velvet",
    "the same words": "velvet red",
    "line breaks and quotes": 'two\nlines,\ta "quote" and a \\ back\\\\slash',
    "markup and signs": "<b>R&amp;D</b> %41 \u2028 caf\u00e9 \u260e",
    "integer part": 19,
    "fraction beside": 19.7521,
    "text of true": "true",
    "null": None,
    "list": ["red", "blue"],
    "nested": {"eu": 43},
}
NEAR: dict[str, list[Any]] = {  # other values that a store may take for the same
    "text": ["v\u00e9lvet", "vel-vet", "velvets", "velvet ", "Velvet", "velvet,linen", "velvet|linen"],
    "two words": ["red-velvet", "redvelvet", "red+velvet", "red%20velvet", "red  velvet"],
    "number": ["42 kg", 42.4],
    "beyond 2^31": [2**31 + 12],
    "true": ["no", 7, 1, "True"],
}
AFTER_A_CHANGE = {"another text": "linen", "no longer absent": "cotton"}
ANOTHER = {
    "text": AFTER_A_CHANGE["another text"],
    "number": 41,
    "zero": 1,
    "negative": -8,
    "fraction": 20.2517,
    "true": False,
    "false": True,
}
_TYPES = ["text", "number", "true", "list", "nested", "fraction"]
LIVES: dict[str, tuple[str, ...]] = {
    "active": ("active",),
    "inactive": ("inactive",),
    "deleted": ("deleted",),
    "active then inactive": ("active", "inactive"),
    "active then deleted": ("active", "deleted"),
    "inactive then active": ("inactive", "active"),
    "deleted then active": ("deleted", "active"),
    "active, inactive, active": ("active", "inactive", "active"),
    "inactive then deleted": ("inactive", "deleted"),
    "deleted then inactive": ("deleted", "inactive"),
    "active then another value": ("active", "active"),
    "active then a falsy value": ("active", "active"),
    "active then another type": ("active", "active"),
}
CHANGES = ("another value", "a falsy value", "another type")  # of a value, when a life goes on
_MARKS: dict[str, str | int] = {
    "letters": "plain", "dot": "a.b.c", "underscore": "a_b", "case pair": "Pair", "blank": "a b", "slash": "a/b",
    "percent": "a%2Fb", "markup": "a<b>&amp;c", "combining accent": "cafe\u0301",
    "colon": "a:b", "at sign": "a+c@b.example", "accents": "gr\u00f6\u00dfe-caf\u00e9", "plane 1": "\U0001f97e",
    "64 characters": 64, "129 characters": 129, "250 characters": 250,
}  # fmt: skip
PLAIN_IDS = (
    "letters",
    "digits",
    "20 digits",
    "leading zeros",
    "UUID",
    "UUID in capitals",
    "dot",
    "underscore",
    "case pair",
)  # every server must accept these
_LONG_IDS = ("129 characters", "250 characters")


def organisation_of(row: Row) -> str:
    """Return the run's name of the row's organisation."""
    return "other" if row["organisation"] == "second" else "main"


def identifier(probe: Probe, kind: str) -> str:
    """Return a new id of the run."""
    if kind == "digits":
        return probe.number()
    if kind == "20 digits":
        return probe.names.long_number()
    if kind.startswith("UUID"):
        made_up = unique_uuid(probe.rng(probe.name(kind)))
        made_up = made_up.upper() if "capitals" in kind else made_up
        probe.model.made_up.add(made_up)
        return made_up
    if kind == "blank at the end":
        return probe.name("x") + " "
    if kind == "leading zeros":
        probe.model.made_up.add(made_up := f"0{probe.number()}")
        return made_up
    mark = _MARKS[kind]
    return long_name(probe.name("x"), probe.names.prefix, mark) if isinstance(mark, int) else probe.name(mark)


def long_name(name: str, prefix: str, length: int) -> str:
    """Return the id made longer in the middle: long ids of a run begin alike, so that a server that cuts them confuses
    them."""
    return prefix + "x" * (length - len(name)) + name.removeprefix(prefix)


_NOT_THE_FIELD = {"inactive": "active", "deleted": "active"}  # status -> what an attribute of that name says


def beside(kind: str, status: str) -> Body:
    """Return further attributes of an item. `kind` may be the name of a field of the record: as an attribute it has a
    value of its own, because attributes are free."""
    if kind == "thirty others":
        return {f"detail {number}": number for number in range(30)}
    if kind == "names with signs":
        return {'a "quoted" name': "a", "size / cm": "b", "gr\u00f6\u00dfe": "c", "a & b?": "d"}
    if kind == "a name in three spellings":
        return {"shadeCode": "camel", "shade_code": "snake", "ShadeCode": "pascal"}
    own = {"status": _NOT_THE_FIELD.get(status, "inactive"), "created_at": "spring", "item_id": "A-1"}
    return {} if kind == "nothing" else {kind: own.get(kind, "velvet")}


_DATES = {"February 29": "2024-02-29T00:00:00Z", "before 1970": "1969-07-20T20:17:40Z"}


def created_at(kind: str, step: int) -> Body:
    """Return the field for that step of a life. All documents agree that each of these dates is valid (R47)."""
    if kind == "left out":
        return {}
    later = {"later": step, "earlier": -step}.get(kind, 0)
    return {"created_at": _DATES.get(kind, f"2026-01-{15 + later}T09:30:00Z")}


def class_of(kind: str) -> str:
    """Return the class of an id: ids that a server may refuse are not sent together with those that it must accept."""
    return "plain" if kind in PLAIN_IDS else "long" if kind in _LONG_IDS else "odd"


def attributes(kind: str, name: str, change: str = "") -> Body:
    """Return the attribute `name` with a value of that kind; `change`: one of CHANGES."""
    if change == "a falsy value":
        return {name: _falsy(VALUES.get(kind))}
    if kind == "absent":
        return {name: AFTER_A_CHANGE["no longer absent"]} if change else {}
    if change == "another type":
        following = _TYPES[(_TYPES.index(kind) + 1) % len(_TYPES)] if kind in _TYPES else "text"
        return {name: VALUES[following]}
    return {name: ANOTHER.get(kind, "another") if change else VALUES[kind]}


def near(kind: str, name: str) -> list[Body]:
    """Return fields of items that a filter on `name` may confuse with those that have the value of that kind."""
    found: list[Body] = [{"attributes": {name: value}} for value in NEAR.get(kind, ())]
    if kind == "text":
        value = VALUES[kind]
        elsewhere: list[Body] = [{"details": {name: value}}, {"parts": [{name: value}]}, {"another": value}]
        found += [*({"attributes": each} for each in elsewhere), {"item_type": value, "attributes": {}}]
    return found


def _falsy(value: Any) -> Any:
    """Return the value of the same type that code may take for none, or of another type if it is that one."""
    falsy = {bool: False, int: 0, float: 0}.get(type(value), "")
    if value != falsy:
        return falsy
    return 0 if falsy == "" else ""


def double(kind: str, identifier: str) -> str | None:
    """Return another id that a store takes for this one if it folds or cuts ids or reads them as numbers."""
    if kind == "case pair":
        return twin(identifier)
    if isinstance(_MARKS.get(kind), int):
        return identifier[:-1] + ("x" if identifier.endswith("y") else "y")
    folded = {
        "20 digits": f"{identifier[:-1]}1",
        "leading zeros": identifier.lstrip("0"),
        "UUID in capitals": identifier.lower(),
        "blank at the end": identifier.strip(),
        "combining accent": unicodedata.normalize("NFC", identifier),
        "percent": unquote(identifier),
    }
    return folded.get(kind)


def twin(item_id: str) -> str:
    """Return the same id in other case, except for the prefix of the run."""
    return item_id[:13] + item_id[13:].swapcase()
