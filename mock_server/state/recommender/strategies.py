"""The 14 strategies: each turns a question into a plan.

Every list has the same order of sources: the strategy's own signal, the documented fallback, popular, catalogue order.
The first nine strategies are the API's documented ones, the other five are ours (R41).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from itertools import islice
from math import inf
from types import MappingProxyType
from typing import Any

import numpy as np

from mock_server.state.recommender.ask import Ask
from mock_server.state.recommender.numbers import Floats, Ints, Weighted, powers_of_ranks
from mock_server.state.recommender.pairs import Pairs
from mock_server.state.recommender.ranking import Plan, Source
from mock_server.state.recommender.sources import (
    BEHAVIORAL,
    CONTENT,
    listed_source,
    newest_source,
    popular_source,
    trending_source,
)

Strategy = Callable[[Ask], Plan]


def personalized(ask: Ask) -> Plan:
    own = ask.touched_with(history_weights(ask), "behavioral_match", own=True)
    return _plan(ask, [own, ask.trending()], ask.person.bought)


def similar(ask: Ask) -> Plan:
    item = ask.context
    if item is None:
        return _plan(ask, [ask.trending()])
    pairs, damping = ask.tables.touched, ask.config.similar_damping
    size = max(pairs.totals[item], 0.0) ** 0.5

    def damped(items: Ints, cosine: Floats) -> Floats:
        product = size * np.sqrt(pairs.sizes(items))
        return np.asarray(cosine * product / (damping + product))

    own = ask.touched_with(by_recency([item]), "similar_item", damped)
    return _plan(ask, [own, ask.alike(item), ask.trending()], {item})


def frequently_bought_together(ask: Ask) -> Plan:
    return _together(ask, ask.tables.bought, "bought_together")


def frequently_consumed_together(ask: Ask) -> Plan:
    return _together(ask, ask.tables.consumed, "consumed_together")


def session_based(ask: Ask) -> Plan:
    """Plan items that go with the query's items, or else with those of the running session and the last
    interactions."""
    running, _, until = ask.sessions()
    items = list(reversed(ask.given))[: ask.config.session_items]
    if not items:
        items = ask.session_items(running) if running else []
        items += [item for item in islice(ask.newest_first(), ask.config.recent_items) if item not in items]
    return _plan(
        ask, [ask.touched_with(by_recency(items), "session_match", own=True), ask.trending()], set(items), until
    )


def session_resumption(ask: Ask) -> Plan:
    """Plan the items left unbought in the last session that ended, then items that go with them."""
    _, ended, until = ask.sessions()
    left = [item for item in ask.session_items(ended) if item not in ask.person.bought] if ended else []
    resumed = listed_source(left, "resumed_session", _last_touch(ask))
    matching = ask.touched_with(by_recency(left), "session_match", own=True)
    return _plan(ask, [resumed, matching, ask.trending()], ask.person.bought, until)


def abandonment_recovery(ask: Ask) -> Plan:
    """Plan the items in the cart, then alternatives to them and to items only looked at in the last session."""
    cart, cart_until = ask.cart()
    running, ended, session_until = ask.sessions()
    last = running or ended
    looked_at = [item for item in ask.session_items(last) if item not in ask.person.bought] if last else []
    wanted = cart + [item for item in looked_at if item not in cart]
    abandoned = listed_source(cart, "abandoned_cart", _last_touch(ask))
    alternatives = ask.touched_with(by_recency(wanted[: ask.config.session_items]), "similar_item", own=True)
    excluded = ask.person.bought - set(cart)
    return _plan(ask, [abandoned, alternatives, ask.trending()], excluded, min(cart_until, session_until))


def trending(ask: Ask) -> Plan:
    source = trending_source(ask.catalogue, ask.shelf, BEHAVIORAL)
    return _plan(ask, [source])._replace(best=ask.shelf.most_trending)


def popular(ask: Ask) -> Plan:
    source = popular_source(ask.catalogue, ask.shelf.conditions, mode=BEHAVIORAL)
    return _plan(ask, [source])._replace(best=ask.shelf.most_popular)


def price_optimized(ask: Ask) -> Plan:
    """Plan the personalized candidates; the closer an item's price is to those the person pays, the higher it ranks."""
    prices = ask.catalogue.log_prices
    paid = prices(np.array(ask.history()[0], np.intp))
    paid = paid[~np.isnan(paid)]
    middle, spread = (paid.mean(), max(ask.config.price_spread, paid.std())) if len(paid) else (0.0, inf)

    def fitting(items: Ints, values: Floats) -> Floats:
        fit = np.exp(-((prices(items) - middle) ** 2) / (2 * spread**2))
        return np.asarray(values * np.where(np.isnan(fit), ask.config.unpriced, fit))

    own = ask.touched_with(history_weights(ask), "price_match", fitting, own=True)
    return _plan(ask, [own, ask.trending()], ask.person.bought)


def cross_sell(ask: Ask) -> Plan:
    """Plan items that are bought together with the whole basket: the query's, or else the open cart."""
    basket, until = (ask.given, inf) if ask.query.context_item_ids else ask.cart()
    newest = basket[-1 if ask.query.context_item_ids else 0] if basket else None
    own = ask.together_with(ask.tables.bought, basket, "cross_sell")
    return _plan(ask, [own, *ask.category_popular(newest)], set(basket), until)


def recently_viewed(ask: Ask) -> Plan:
    return _plan(ask, [listed_source(ask.newest_first(), "recently_viewed", _last_touch(ask))])


def buy_again(ask: Ask) -> Plan:
    """Plan the bought items, those bought most often first; of equals, the one bought last."""
    touches, ids = ask.person.touches, ask.catalogue.ids
    items = sorted(ask.person.bought, key=lambda item: (-touches[item].purchases, -touches[item].bought, ids[item]))
    return _plan(ask, [listed_source(items, "bought_before", _last_touch(ask))])


def new_arrivals(ask: Ask) -> Plan:
    return _plan(ask, [newest_source(ask.catalogue, ask.shelf, "new_arrival", CONTENT)])


STRATEGIES: Mapping[str, Strategy] = MappingProxyType(
    {
        "personalized": personalized,
        "similar": similar,
        "frequently-bought-together": frequently_bought_together,
        "frequently-consumed-together": frequently_consumed_together,
        "session_based": session_based,
        "session-resumption": session_resumption,
        "abandonment-recovery": abandonment_recovery,
        "trending": trending,
        "popular": popular,
        "price-optimized": price_optimized,
        "cross-sell": cross_sell,
        "recently-viewed": recently_viewed,
        "buy-again": buy_again,
        "new-arrivals": new_arrivals,
    }
)
IMPERSONAL = frozenset(  # their lists depend on no person, so one list is cached for all
    (
        "similar",
        "frequently-bought-together",
        "frequently-consumed-together",
        "trending",
        "popular",
        "new-arrivals",
    )
)
ALIASES: Mapping[str, str] = MappingProxyType({"session-based": "session_based"})  # R8


def history_weights(ask: Ask) -> Weighted:
    """Return the person's items, weighted by affinity and by how recent each is among them."""
    powers = powers_of_ranks(ask.config.history, -ask.config.rank_power)
    return [(item, affinity * power) for item, affinity, power in zip(*ask.history(), powers, strict=False)]


def by_recency(items: list[int]) -> Weighted:
    return [(item, 1.0 / rank) for rank, item in enumerate(items, 1)]


def _together(ask: Ask, pairs: Pairs, reason: str) -> Plan:
    item = ask.context
    if item is None:
        return _plan(ask, [])
    return _plan(ask, [ask.together_with(pairs, [item], reason), *ask.category_popular(item)], {item})


def _plan(
    ask: Ask, sources: list[Source], excluded: set[int] | frozenset[int] = frozenset(), until: float = inf
) -> Plan:
    return Plan((*sources, *ask.tail()), frozenset(excluded), until)


def _last_touch(ask: Ask) -> Callable[[int], dict[str, Any]]:
    def facts(item: int) -> dict[str, Any]:
        touch = ask.person.touches[item]
        return {
            "affinity": touch.affinity,
            "last": touch.last,
            "in_cart": touch.in_cart,
            "purchases": touch.purchases,
        }

    return facts
