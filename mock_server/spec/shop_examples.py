"""Adapts the examples of requests to the running shop, so that a request that is tried out finds its records.

The documents' examples load a small catalogue with the secret key (PROD-001, user_42), and refer to it with the
publishable one. Examples that refer to records get ids of the running shop; those that load records are unchanged.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import cycle
from typing import Any

from fixtures.spec import Node, Operation, Spec
from mock_server.state.samples import some_items, some_users
from mock_server.state.tenant import Tenant

Ids = Mapping[str, str]  # an id of the examples -> an id of the shop


def ids_of(spec: Spec, tenant: Tenant) -> Ids:
    """Choose an id of the shop for each id of the examples. Empty for a shop without records, where no id is better
    than another."""
    ids: dict[str, str] = {}
    for field, some in (("item_id", some_items), ("user_id", some_users)):
        written = list(dict.fromkeys(_loaded(spec, field)))
        ids |= zip(written, cycle(some(tenant, len(written))), strict=False)
    return ids


def request_examples(spec: Spec, operation: Operation, ids: Ids) -> Node:
    """Return `requestBody` and `parameters` of the operation, with references resolved. If its requests refer to loaded
    records, their examples have the shop's ids."""
    node = operation.node
    request: Node = {"parameters": [spec.resolve(each) for each in node.get("parameters", ())]}
    if "requestBody" in node:
        request["requestBody"] = spec.resolve(node["requestBody"])
    renamed: Node = _renamed(request, ids) if operation.key_type == "publishable" else request
    return renamed


def describe_shop(document: Node, spec: Spec, ids: Ids) -> None:
    """Change the examples of requests in the document, a copy of the spec's, so that they use the shop's ids."""
    for operation in spec.operations:
        document["paths"][operation.path][operation.method.lower()] |= request_examples(spec, operation, ids)


def _renamed(value: Any, ids: Ids) -> Any:
    """Return the same data, with every text that is an id of the examples replaced by the shop's id."""
    if isinstance(value, str):
        return ids.get(value, value)
    if isinstance(value, list):
        return [_renamed(each, ids) for each in value]
    if isinstance(value, dict):
        return {name: _renamed(each, ids) for name, each in value.items()}
    return value


def _loaded(spec: Spec, field: str) -> Iterator[str]:
    """Yield the ids of the records that the examples load, in the order of the file."""
    for operation in spec.operations:
        if operation.key_type != "secret":
            continue
        body = spec.resolve(operation.node.get("requestBody", {}))
        for example in body.get("content", {}).get("application/json", {}).get("examples", {}).values():
            value = spec.resolve(example).get("value")
            for record in value if isinstance(value, list) else [value]:
                if isinstance(record, dict) and isinstance(record.get(field), str):
                    yield record[field]
