"""Loads the contract of the account operations. Its file is beside their code and shares components with
openapi.yaml."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from fixtures.spec import Node, Spec, SpecError, load_document

PATH = Path(__file__).parents[1] / "http/operations/accounts/openapi.yaml"
_SHARED = "../../../../openapi.yaml#"  # the file's references to components of openapi.yaml


def accounts_spec(documented: Spec) -> Spec:
    """Return the contract as a document of its own, with copies of the shared components. Raises SpecError."""
    document = load_document(PATH)
    for reference in _shared_references(document):
        _take(document, documented, reference)
    return Spec(document, PATH)


def _take(document: Node, documented: Spec, reference: str) -> None:
    """Copy a component and all components to which it refers, and make its references local."""
    _, _, kind, name = reference.split("/")
    section = document["components"].setdefault(kind, {})
    if name in section:
        return
    found = documented.document.get("components", {}).get(kind, {}).get(name)
    if not isinstance(found, dict):
        raise SpecError(f"{documented.path}: the account operations need components.{kind}.{name}")
    section[name] = copy.deepcopy(found)
    for inner in list(_references(section[name])):
        _take(document, documented, inner["$ref"])


def _shared_references(document: Node) -> list[str]:
    """Return every reference to openapi.yaml, and make each a local one."""
    found = []
    for node in _references(document):
        if node["$ref"].startswith(_SHARED):
            node["$ref"] = node["$ref"].removeprefix(_SHARED[:-1])
            found.append(node["$ref"])
    return found


def _references(node: Any) -> Iterator[Node]:
    """Yield the mappings that contain a `$ref`."""
    if isinstance(node, dict):
        if isinstance(node.get("$ref"), str):
            yield node
        for child in node.values():
            yield from _references(child)
    elif isinstance(node, list):
        for child in node:
            yield from _references(child)
