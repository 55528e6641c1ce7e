"""Checks that the strategies of the spec are the recommender's: the same names, required input and fallback."""

from __future__ import annotations

from fixtures.choices import Strategy, aliases, strategies
from fixtures.spec import Spec, SpecError
from mock_server.spec.validation import Validator
from mock_server.state.recommender import STRATEGIES, Query, Recommender, parse_filters
from mock_server.state.records import Item

OPERATION = "recommend"
_INPUTS = ("user_id", "context_item_id")
# The `reason` of a fallback's results, if it is not the fallback's name.
_REASONS = {"category-popular": "category_popular"}


def check_strategies(spec: Spec) -> None:
    """Compare all strategies. Raises SpecError for the first difference."""
    schema = spec.operation(OPERATION).request_schema or {}
    described = strategies(spec)
    for alias, name in aliases(spec.schema("Strategy")).items():
        if name not in described:
            raise SpecError(f"{spec.path}: strategy {alias!r} is an alias of {name!r}, which is not a strategy")
    for name in sorted(described.keys() - STRATEGIES.keys()):
        raise SpecError(f"{spec.path}: strategy {name!r} has no implementation in the recommender")
    for name in sorted(STRATEGIES.keys() - described.keys()):
        raise SpecError(f"{spec.path}: the recommender's strategy {name!r} is not in the spec")
    validator = Validator(spec, schema, OPERATION)
    for name, facts in described.items():
        _check_input(spec, validator, name, facts)
        _check_fallback(spec, name, facts)


def _check_input(spec: Spec, validator: Validator, name: str, facts: Strategy) -> None:
    """Check that the schema's conditions require exactly what `x-requires` names."""
    needed = facts.requires
    if needed not in (None, *_INPUTS):
        raise SpecError(f"{spec.path}: strategy {name!r} requires {needed!r}, which the recommender does not take")
    for given in (None, *_INPUTS):
        body = {"strategy": name, **({given: "id"} if given else {})}
        if validator.is_valid(body) != (needed in (None, given)):
            raise SpecError(f"{spec.path}: strategy {name!r}: `x-requires` and the schema's conditions differ")


def _check_fallback(spec: Spec, name: str, facts: Strategy) -> None:
    """Check that the plan of a query without data has the fallback among its sources."""
    recommender = Recommender()
    body = {"item_id": "id", "item_type": "product", "status": "active", "attributes": {"category": "any"}}
    recommender.restock(Item.from_body(body))
    query = Query(name, user_id="id", context_item_id="id", context_item_ids=("id",))
    plan = recommender.recommend(query, parse_filters({}), None, now=0.0).plan
    fallback = facts.fallback
    if _REASONS.get(str(fallback), fallback) not in {source.reason for source in plan.sources}:
        raise SpecError(f"{spec.path}: strategy {name!r}: the recommender does not fall back on {fallback!r}")
