"""Rules about names of fields: the API takes any, and ignores what it doesn't know."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import Any, ClassVar

from fixtures.near import did_you_mean
from fixtures.rules import json_path
from mock_server.lint.sent import MORE_EVENT_FIELDS, Found, Sent, short

_IN_CONTEXT = ("session_id",)
_ATTRIBUTES = {"title", "name", "price", "brand", "category", "categories", "description", "tags", "image_url", "url"}
_ATTRIBUTES |= {"segment", "plan", "locale", "color", "colour", "size", "stock", "currency"}


class UnknownField:
    id: ClassVar[str] = "unknown-field"
    sentence: ClassVar[str] = (
        "A field that is nearly a documented one is taken for another and ignored: use its documented name."
    )

    def look_at(self, sent: Sent) -> Iterator[Found]:
        known = known_fields(sent)
        for path, record in sent.everything():
            yield from _near(path, record, known)
            context = record.get("context")
            if sent.kind == "events" and isinstance(context, dict) and "session_id" not in record:
                yield from _near(f"{path}.context", context, _IN_CONTEXT)


class AttributeBesideFields:
    id: ClassVar[str] = "attribute-beside-fields"
    sentence: ClassVar[str] = (
        "What describes an item or a user belongs below `attributes`; beside the fields nothing looks at it."
    )

    def look_at(self, sent: Sent) -> Iterator[Found]:
        if sent.kind not in ("items", "users"):
            return
        for path, record in sent.everything():
            for name in record:
                if name in _ATTRIBUTES and name not in sent.fields:
                    yield Found(f"{path}.{name}", f"is ignored: put {name} below `attributes`")


def known_fields(sent: Sent) -> Collection[str]:
    return (*sent.fields, *MORE_EVENT_FIELDS) if sent.kind == "events" else sent.fields


def _near(path: str, record: Mapping[str, Any], known: Collection[str]) -> Iterator[Found]:
    free = [name for name in known if name not in record]
    for name in record:
        if name not in known and (question := did_you_mean(name, free)):
            yield Found(path + json_path([name]).removeprefix("$"), f"is no field of this request: {question}")


def unknown_in(record: Mapping[str, Any], known: Collection[str]) -> str:
    """What a record calls by a wrong name, in a sentence; empty for nothing."""
    found = next(_near("$", record, known), None)
    return "" if found is None else f"{short(found.field.removeprefix('$.'))} {found.message}"
