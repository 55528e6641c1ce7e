"""The examples of requests, about a shop that runs: what is tried meets records that are there.

The documents' examples load a small catalogue with the secret key (PROD-001, user_42), and refer to it with the
publishable one. Whatever refers gets ids of the running shop instead; what loads stays as it is written.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import cycle
from typing import Any

from fixtures.spec import Node, Operation, Spec
from mock_server.state.samples import some_items, some_users
from mock_server.state.tenant import Tenant

Ids = Mapping[str, str]  # of the examples: of the shop


def ids_of(spec: Spec, tenant: Tenant) -> Ids:
    """Empty for a shop without records: the documents' own ids are as good there as any."""
    ids: dict[str, str] = {}
    for field, some in (("item_id", some_items), ("user_id", some_users)):
        written = list(dict.fromkeys(_loaded(spec, field)))
        ids |= zip(written, cycle(some(tenant, len(written))), strict=False)
    return ids


def request_examples(spec: Spec, operation: Operation, ids: Ids) -> Node:
    """`requestBody` and `parameters` of the operation, their references followed, with the shop's ids in their
    examples where its requests are about records that were loaded before."""
    node = operation.node
    request: Node = {"parameters": [spec.resolve(each) for each in node.get("parameters", ())]}
    if "requestBody" in node:
        request["requestBody"] = spec.resolve(node["requestBody"])
    renamed: Node = _renamed(request, ids) if operation.key_type == "publishable" else request
    return renamed


def describe_shop(document: Node, spec: Spec, ids: Ids) -> None:
    """Change the document, a copy of the spec's: the examples of its requests are about the shop."""
    for operation in spec.operations:
        document["paths"][operation.path][operation.method.lower()] |= request_examples(spec, operation, ids)


def _renamed(value: Any, ids: Ids) -> Any:
    """The same data; each text that is one of the ids is the shop's."""
    if isinstance(value, str):
        return ids.get(value, value)
    if isinstance(value, list):
        return [_renamed(each, ids) for each in value]
    if isinstance(value, dict):
        return {name: _renamed(each, ids) for name, each in value.items()}
    return value


def _loaded(spec: Spec, field: str) -> Iterator[str]:
    """The ids of the records that the examples load, in the order of the file."""
    for operation in spec.operations:
        if operation.key_type != "secret":
            continue
        body = spec.resolve(operation.node.get("requestBody", {}))
        for example in body.get("content", {}).get("application/json", {}).get("examples", {}).values():
            value = spec.resolve(example).get("value")
            for record in value if isinstance(value, list) else [value]:
                if isinstance(record, dict) and isinstance(record.get(field), str):
                    yield record[field]
