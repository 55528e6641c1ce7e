"""The judged contract: openapi.yaml, loosened where a foreign server is free, so that it is never judged by the
mock's strictness. Each relaxation names its reading.

Two contracts come out of it. `accepted` describes bodies that every document allows: they must be accepted.
`refused` describes bodies so loosely that what breaks it is forbidden by every document: that must be refused.
Between the two a server is free.
"""

import copy
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from contracts.generated.texts import identifier, moment, printable, word
from contracts.run.operations import Operations
from fixtures.choices import values

Node = dict[str, Any]
_OPTIONAL_IDS = ("previous_user_id", "item_id", "recommendation_id", "event_id")
_CHECKED = ("200", "202", "400", "401", "403", "429")  # statuses that the seeds document


@dataclass(frozen=True)
class Relaxation:
    reading: str
    why: str
    contracts: tuple[str, ...]  # "accepted", "refused"
    apply: Callable[[Node, "Judged"], None]


@dataclass(frozen=True)
class Judged:
    """What a relaxation may need to know."""

    prefix: str
    strategies: tuple[str, ...]


RELAXATIONS: list[Relaxation] = []


def _relax(reading: str, why: str, *contracts: str) -> Callable[[Callable[[Node, Judged], None]], None]:
    def register(apply: Callable[[Node, Judged], None]) -> None:
        RELAXATIONS.append(Relaxation(reading, why, contracts or ("accepted", "refused"), apply))

    return register


def derive(operations: Operations, contract: str, prefix: str) -> Node:
    """`accepted` or `refused`, as an OpenAPI document of its own. `prefix` starts every generated id."""
    document: Node = copy.deepcopy(operations.spec.document)
    judged = Judged(prefix, tuple(operations.strategies))
    for relaxation in RELAXATIONS:
        if contract in relaxation.contracts:
            relaxation.apply(document, judged)
    return document


def _schema(document: Node, name: str) -> Node:
    found: Node = document["components"]["schemas"][name]
    return found


def _fields(document: Node, name: str) -> Node:
    found: Node = _schema(document, name)["properties"]
    return found


@_relax("R1", "only the current edition is judged; the first edition's paths are a run of their own")
def _current_paths(document: Node, _: Judged) -> None:
    document["paths"] = {path: item for path, item in document["paths"].items() if path.startswith("/v1/")}
    for response in document["components"]["responses"].values():
        response.get("links", {}).pop("firstEditionSimilar", None)
    document["components"]["links"].pop("FirstEditionSimilar", None)
    document.pop("x-unrouted-responses", None)


@_relax("R41, R42", "operations that no document has are not judged")
def _no_operations_of_ours(document: Node, _: Judged) -> None:
    for item in document["paths"].values():
        for method in [
            name for name, node in item.items() if isinstance(node, dict) and node.get("x-source") == "ours"
        ]:
            del item[method]
    document["paths"] = {path: item for path, item in document["paths"].items() if item}


@_relax("R1", "examples and links of the documents name ids that are not this run's")
def _own_ids(document: Node, judged: Judged) -> None:
    for schema in (*document["components"]["schemas"].values(), *document["components"]["requestBodies"].values()):
        _strip_examples(schema)
    for item in document["paths"].values():
        for operation in item.values():
            _strip_examples(operation.get("requestBody", {}))
    for link in document["components"]["links"].values():
        if isinstance(link.get("requestBody"), dict) and link["requestBody"].get("user_id") == "user_42":
            link["requestBody"]["user_id"] = f"{judged.prefix}visitor"


def _strip_examples(node: Any) -> None:
    if isinstance(node, dict):
        for name in ("example", "examples"):
            if not (isinstance(node.get(name), dict) and "type" in node[name]):
                node.pop(name, None)
        for child in node.values():
            _strip_examples(child)
    elif isinstance(node, list):
        for child in node:
            _strip_examples(child)


@_relax("R12", "`data` and `error` may be absent or null on errors, `error` on success; further keys are fine")
def _loose_envelopes(document: Node, _: Judged) -> None:
    _schema(document, "Success")["required"] = ["success", "message"]
    for name in ("Accepted", "RecommendationResponse"):
        _schema(document, name)["allOf"][1]["required"] = ["data"]
    error = _schema(document, "Error")
    error["required"] = ["success", "message"]
    error["properties"] = {name: error["properties"][name] for name in ("success", "message")}


@_relax("R16", "of a recommendation, key names, id types and numeric scores are judged; further keys are fine")
def _loose_recommendation(document: Node, _: Judged) -> None:
    texts = {"recommendation_id": {"type": "string", "minLength": 1}}
    fields = _fields(document, "Recommendation")
    for name in ("tenant_id", "domain", "strategy", "mode", "latency_ms"):
        texts[name] = {}
    fields.update(texts)
    _fields(document, "Result").update(score={"type": "number"}, reason={}, metadata={})


@_relax("R4, R13", "other statuses than the seeds' own may have any body")
def _only_documented_statuses(document: Node, _: Judged) -> None:
    for item in document["paths"].values():
        for operation in item.values():
            responses = operation["responses"]
            kept = {status: responses[status] for status in responses if status in _CHECKED}
            operation["responses"] = {**kept, "4XX": {"description": "another refusal"}}


@_relax("R37", "Retry-After is ours")
def _no_retry_after(document: Node, _: Judged) -> None:
    document["components"]["responses"]["TooManyRequests"]["headers"].pop("Retry-After", None)


@_relax("R14, R37", "RateLimit-Reset elsewhere than on 429, and headers on 401, are judged by rules of their own")
def _loose_headers(document: Node, _: Judged) -> None:
    for name in ("RateLimit-Limit", "RateLimit-Remaining", "RateLimit-Reset"):
        document["components"]["headers"][name] = {"required": False, "schema": {}}


@_relax("R44", "ids that a server must take: short, plain, and with the run's prefix", "accepted")
def _plain_ids(document: Node, judged: Judged) -> None:
    document["components"]["schemas"]["Id"] = identifier(judged.prefix)


@_relax("R49", "null in optional fields is free, but for item_id", "accepted")
def _no_nulls(document: Node, judged: Judged) -> None:
    _fields(document, "Event")["item_id"] = {**identifier(judged.prefix), "type": ["string", "null"]}
    _fields(document, "Event")["context"] = _free_form()
    document["components"]["schemas"]["Attributes"] = _free_form()
    fields = _fields(document, "RecommendRequest")
    fields["limit"] = {"type": "integer", "minimum": 1, "maximum": 100}
    fields["page"] = {"type": "integer", "minimum": 1, "maximum": 50}


def _free_form() -> Node:
    values = [printable(), {"type": "integer", "minimum": -1000, "maximum": 100000}]
    values += [{"type": "boolean"}, {"type": "array", "items": word(), "maxItems": 3}]
    return {
        "type": "object",
        "maxProperties": 4,
        "propertyNames": word(),
        "additionalProperties": {"anyOf": values},
    }


@_relax("R47", "dates that a server must take: YYYY-MM-DDTHH:MM:SSZ", "accepted")
def _plain_dates(document: Node, _: Judged) -> None:
    document["components"]["schemas"]["Timestamp"] = moment()


@_relax("R11", "that unknown fields are welcome is a SHOULD of its own", "accepted")
def _nothing_extra(document: Node, _: Judged) -> None:
    for name in ("Item", "User", "Event", "RecommendRequest"):
        _schema(document, name)["additionalProperties"] = False


@_relax("R9, R25, R26", "any lower-case name of any family, and identify only whole", "accepted")
def _plain_events(document: Node, _: Judged) -> None:
    event = _schema(document, "Event")
    names = [name for name in values(_schema(document, "StandardEventName")) if name != "identify"]
    for keyword in ("if", "then"):
        event.pop(keyword)
    event["properties"]["event_name"] = {"enum": [*names, "wishlist_shared"]}
    event["properties"]["event_family"] = {"enum": ["exposure", "engagement", "conversion"]}
    for field in ("previous_user_id", "session_id", "event_timestamp"):  # the last two are a SHOULD of their own (R11)
        event["properties"].pop(field)
    _fields(document, "Item")["item_type"] = word()


@_relax("R41, R8", "the nine documented strategies, as the target spells them", "accepted")
def _documented_strategies(document: Node, judged: Judged) -> None:
    request = _schema(document, "RecommendRequest")
    by_item = ["similar", "frequently-bought-together", "frequently-consumed-together"]
    by_user = [name for name in judged.strategies if name not in (*by_item, "trending", "popular")]
    request["properties"]["strategy"] = {"enum": [*judged.strategies]}
    for keyword in ("if", "then", "else"):
        request.pop(keyword)
    request["allOf"] = [
        {
            "if": {"properties": {"strategy": {"enum": by_user}}},
            "then": {"required": ["user_id"]},
        },
        {
            "if": {"properties": {"strategy": {"enum": by_item}}, "required": ["strategy"]},
            "then": {"required": ["context_item_id"]},
        },
    ]


@_relax("R32", "filters by equality on texts", "accepted")
def _plain_filters(document: Node, _: Judged) -> None:
    _fields(document, "RecommendRequest")["filters"] = {
        "type": "object",
        "maxProperties": 2,
        "propertyNames": {"enum": ["category", "brand"]},
        "additionalProperties": word(),
    }


@_relax("R21, R23", "arrays of items and users, and empty arrays, are free", "accepted")
def _arrays(document: Node, _: Judged) -> None:
    bodies = document["components"]["requestBodies"]
    for name, schema in {"Items": "Item", "Users": "User"}.items():
        bodies[name]["content"]["application/json"]["schema"] = {"$ref": f"#/components/schemas/{schema}"}
    for branch in bodies["Events"]["content"]["application/json"]["schema"]["oneOf"]:
        if branch.get("type") == "array":
            branch["maxItems"] = 10


@_relax("R21, R22, R23", "what an array with a bad record comes to is free; a SHOULD of its own", "refused")
def _any_array(document: Node, _: Judged) -> None:
    for name, schema in {"Items": "Item", "Users": "User", "Events": "Event"}.items():
        either = [{"$ref": f"#/components/schemas/{schema}"}, {"type": "array"}]
        document["components"]["requestBodies"][name]["content"]["application/json"]["schema"] = {"anyOf": either}


@_relax(
    "R4, R5, R7, R10, R25, R26, R44, R47, R49",
    "forbidden: a required field left out, a value outside an enum",
    "refused",
)
def _only_what_must_be_refused(document: Node, _: Judged) -> None:
    for name, required in REQUIRED.items():
        enums = ENUMS.get(name, {})
        properties: Node = {field: {"enum": values} for field, values in enums.items()}
        document["components"]["schemas"][name] = {"type": "object", "required": required, "properties": properties}


_STATUS = ["active", "inactive", "deleted"]
ENUMS: dict[str, dict[str, list[str]]] = {
    "Item": {"status": _STATUS},
    "User": {"status": _STATUS},
    "Event": {"event_family": ["exposure", "engagement", "conversion", "system"]},
}
REQUIRED = {
    "Item": ["item_id", "item_type"],  # R5: status is a SHOULD
    "User": ["user_id", "status", "created_at"],
    "Event": ["user_id", "event_family", "event_name"],
}  # of a recommendation nothing: what is required depends on the strategy, which checks of their own judge


def request_rules(document: Node) -> Iterator[str]:
    """Every rule on request bodies, a line each: `Item.status: enum active, inactive, deleted`."""
    for name in ("Item", "User", "Event", "RecommendRequest"):
        schema = _schema(document, name)
        yield from (f"{name}: requires {field}" for field in schema.get("required", ()))
        for field, rule in sorted(schema.get("properties", {}).items()):
            said = ", ".join(f"{keyword} {value}" for keyword, value in rule.items() if keyword in _RULES)
            if said:
                yield f"{name}.{field}: {said}"


_RULES = ("type", "enum", "pattern", "minimum", "maximum", "maxProperties", "$ref")
