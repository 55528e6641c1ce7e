"""Rules about the names of fields: the API accepts any field and ignores the unknown ones, so misspelt ones are
lost."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import Any, ClassVar

from fixtures.near import did_you_mean, plain
from fixtures.rules import json_path
from mock_server.lint.sent import MORE_EVENT_FIELDS, Found, Sent, short

_IN_CONTEXT = ("session_id",)
_MEANT = {  # names in other APIs, without capitals and separators, and the field that they mean
    **dict.fromkeys(("pagesize", "perpage", "count", "size", "topk", "top", "maxresults", "numresults"), "limit"),
    **dict.fromkeys(("pagenumber", "pageno"), "page"),
    **dict.fromkeys(("metadata", "properties", "attrs", "features"), "attributes"),
}
_ATTRIBUTES = {"title", "name", "price", "brand", "category", "categories", "description", "tags", "image_url", "url"}
_ATTRIBUTES |= {"segment", "plan", "locale", "color", "colour", "size", "stock", "currency"}


class UnknownField:
    id: ClassVar[str] = "unknown-field"
    sentence: ClassVar[str] = "A field name close to a documented one is unknown and ignored: use the documented name."

    def look_at(self, sent: Sent) -> Iterator[Found]:
        known = known_fields(sent)
        for path, record in sent.everything():
            yield from _near(path, record, known)
            context = record.get("context")
            if sent.kind == "events" and isinstance(context, dict) and "session_id" not in record:
                yield from _near(f"{path}.context", context, _IN_CONTEXT)


class AttributeBesideFields:
    id: ClassVar[str] = "attribute-beside-fields"
    sentence: ClassVar[str] = "Properties of an item or a user belong in `attributes`; elsewhere they are ignored."

    def look_at(self, sent: Sent) -> Iterator[Found]:
        if sent.kind not in ("items", "users"):
            return
        for path, record in sent.everything():
            for name in record:
                if name in _ATTRIBUTES and name not in sent.fields:
                    yield Found(f"{path}.{name}", f"is ignored: put {name} in `attributes`")


def known_fields(sent: Sent) -> Collection[str]:
    return (*sent.fields, *MORE_EVENT_FIELDS) if sent.kind == "events" else sent.fields


def _near(path: str, record: Mapping[str, Any], known: Collection[str]) -> Iterator[Found]:
    free = [name for name in known if name not in record]
    for name in record:
        meant = _MEANT.get(plain(name))
        question = f"did you mean `{meant}`?" if meant in free else did_you_mean(name, free)
        if name not in known and question:
            yield Found(path + json_path([name]).removeprefix("$"), f"is not a field of this request: {question}")


def unknown_in(record: Mapping[str, Any], known: Collection[str]) -> str:
    """Describe the first misspelt field of a record; empty if there is none."""
    found = next(_near("$", record, known), None)
    return "" if found is None else f"{short(found.field.removeprefix('$.'))} {found.message}"
