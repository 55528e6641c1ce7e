"""The judged contract for one run: with the run's own ids, and the target's spelling of strategies."""

from collections.abc import Iterator
from typing import Any

from contracts.generated.texts import identifier
from contracts.run.operations import Operations
from fixtures.judged import contract as judged
from fixtures.judged.relaxation import Facts, schema_of

Node = dict[str, Any]
_RULES = ("type", "enum", "pattern", "minimum", "maximum", "maxProperties", "$ref")


def derive(operations: Operations, contract: str, prefix: str) -> Node:
    """Return the contract of `accepted` or `refused` bodies as an OpenAPI document. `prefix` starts every generated
    id."""
    strategies = {name: facts.get("requires") for name, facts in operations.strategies.items()}
    return judged.derive(operations.spec, contract, Facts(identifier(prefix), strategies, f"{prefix}visitor"))


def request_rules(document: Node) -> Iterator[str]:
    """Yield every rule on request bodies, one per line: `Item.status: enum active, inactive, deleted`."""
    for name in ("Item", "User", "Event", "RecommendRequest"):
        schema = schema_of(document, name)
        yield from (f"{name}: requires {field}" for field in schema.get("required", ()))
        for field, rule in sorted(schema.get("properties", {}).items()):
            said = ", ".join(f"{keyword} {value}" for keyword, value in rule.items() if keyword in _RULES)
            if said:
                yield f"{name}.{field}: {said}"
