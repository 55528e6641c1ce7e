"""The recommender in its plainest form: everything is computed from the event log at every request.

It shares no code and no constants with the real one, knows no arrays, no caps and no increments, and holds for worlds
whose histories fit into the window. Times are epoch seconds.
"""

from __future__ import annotations

import math
from functools import cache
from itertools import combinations, groupby
from typing import Any

WEIGHTS = {"view": 0.2, "click": 0.3, "add_to_cart": 0.6, "checkout_start": 0.7, "purchase": 1.0}
SILENT = {"search", "identify", "remove_from_cart"}
FAMILIES = {"exposure": 0.05, "engagement": 0.3, "conversion": 1.0, "system": 0.0}
DAY, GAP = 86_400.0, 1_800.0
Counts = dict[frozenset[str], float]
Totals = dict[str, float]
Listed = list[tuple[str, str]]  # (item id, reason), best first


def weight(event: dict[str, Any]) -> float:
    name = event["event_name"]
    return 0.0 if name in SILENT else WEIGHTS.get(name, FAMILIES[event["event_family"]])


class Naive:
    def __init__(self, items: dict[str, dict[str, Any]], events: list[dict[str, Any]]) -> None:
        """`items`: bodies by id. `events`: only the first one of each event id; `at` is an event's time."""
        self.items = items
        self.events = events
        self.active = {item_id for item_id, item in items.items() if item["status"] == "active"}

    # identities

    @cache  # noqa: B019  the model lives as long as its test
    def person(self, user_id: str) -> frozenset[str]:
        ids = {user_id}
        links = [(e["user_id"], e["previous_user_id"]) for e in self.events if e["event_name"] == "identify"]
        while more := {end for link in links if ids & set(link) for end in link} - ids:
            ids |= more
        return frozenset(ids)

    @cache  # noqa: B019
    def people(self) -> set[frozenset[str]]:
        return {self.person(event["user_id"]) for event in self.events}

    @cache  # noqa: B019
    def by(self, person: frozenset[str]) -> list[dict[str, Any]]:
        """Return what a person did to items, oldest first."""
        mine = [e for e in self.events if e["user_id"] in person and e.get("item_id") is not None]
        mine = [e for e in mine if weight(e) > 0 or e["event_name"] == "remove_from_cart"]
        return sorted(mine, key=lambda e: (e["at"], e["item_id"]))

    # one person's events

    @cache  # noqa: B019
    def affinities(self, person: frozenset[str]) -> dict[str, float]:
        found = {}
        for item in {e["item_id"] for e in self.by(person)}:
            mine = [e for e in self.by(person) if e["item_id"] == item]
            strongest = max((weight(e) for e in mine if "cart" not in e["event_name"]), default=0.0)
            added = max((e["at"] for e in mine if e["event_name"] == "add_to_cart"), default=-math.inf)
            removed = max((e["at"] for e in mine if e["event_name"] == "remove_from_cart"), default=-math.inf)
            cart = 0.6 if added > removed else 0.3 if removed > -math.inf else 0.0
            found[item] = max(strongest, cart)
        return found

    def history(self, person: frozenset[str]) -> list[str]:
        """Return the items, newest first; of items with equal times the later id comes first."""
        last: dict[str, float] = {}
        for e in self.by(person):
            last[e["item_id"]] = e["at"]
        return sorted(last, key=lambda item: (last[item], item), reverse=True)

    def bought(self, person: frozenset[str]) -> list[str]:
        """Return the items, first those bought most often, then those bought last, then by id."""
        times: dict[str, list[float]] = {}
        for e in self.by(person):
            if e["event_name"] == "purchase":
                times.setdefault(e["item_id"], []).append(e["at"])
        return sorted(times, key=lambda item: (-len(times[item]), -max(times[item]), item))

    def cart(self, person: frozenset[str], now: float) -> list[str]:
        """Return the items, first those that reached the checkout, then the newest, then by id."""
        found = []
        for item in {e["item_id"] for e in self.by(person)}:
            latest = {e["event_name"]: e["at"] for e in self.by(person) if e["item_id"] == item}
            never = -math.inf
            came = max(latest.get("add_to_cart", never), latest.get("checkout_start", never))
            left = max(latest.get("remove_from_cart", never), latest.get("purchase", never))
            if came > left and came > now - 7 * DAY:
                at_checkout = latest.get("checkout_start", never) > latest.get("remove_from_cart", never)
                found.append((not at_checkout, -came, item))
        return [item for *_, item in sorted(found)]

    def episodes(self, person: frozenset[str], label: str, names: set[str] | None = None) -> list[list[dict[str, Any]]]:
        """Return events grouped by their label; events without one are split at pauses of more than half an hour."""
        mine = [e for e in self.by(person) if weight(e) > 0 and (names is None or e["event_name"] in names)]
        labelled = sorted((e for e in mine if e.get(label)), key=lambda e: (e[label], e["at"]))
        found = [list(group) for _, group in groupby(labelled, key=lambda e: e[label])]
        unlabelled: list[list[dict[str, Any]]] = []
        for e in mine:
            if not e.get(label):
                if unlabelled and e["at"] - unlabelled[-1][-1]["at"] <= GAP:
                    unlabelled[-1].append(e)
                else:
                    unlabelled.append([e])
        return found + unlabelled

    # all events

    @cache  # noqa: B019
    def popularity(self) -> Totals:
        found: Totals = {}
        for e in self.events:
            if e.get("item_id") is not None and weight(e) > 0:
                found[e["item_id"]] = found.get(e["item_id"], 0.0) + weight(e)
        return found

    def trend(self, now: float) -> Totals:
        found: Totals = {}
        for e in self.events:
            if e.get("item_id") is not None and weight(e) > 0:
                found[e["item_id"]] = found.get(e["item_id"], 0.0) + weight(e) * 2 ** ((e["at"] - now) / DAY)
        return found

    @cache  # noqa: B019
    def touched(self) -> tuple[Counts, Totals]:
        counts: Counts = {}
        totals: Totals = {}
        for person in self.people():
            affinity = self.affinities(person)
            for item, value in affinity.items():
                totals[item] = totals.get(item, 0.0) + value
            for one, other in combinations(affinity, 2):
                pair = frozenset((one, other))
                counts[pair] = counts.get(pair, 0.0) + min(affinity[one], affinity[other])
        return counts, totals

    def together(self, label: str, names: set[str] | None = None) -> tuple[Counts, Totals]:
        counts: Counts = {}
        totals: Totals = {}
        for person in self.people():
            for episode in self.episodes(person, label, names):
                items = {e["item_id"] for e in episode}
                for item in items:
                    totals[item] = totals.get(item, 0.0) + 1
                for pair in map(frozenset, combinations(items, 2)):
                    counts[pair] = counts.get(pair, 0.0) + 1
        return counts, totals

    def funnel(self, recommendation_id: str, item_ids: list[str]) -> dict[str, float]:
        echoes = [e for e in self.events if e.get("recommendation_id") == recommendation_id]
        purchases = [e for e in echoes if e["event_name"] == "purchase"]
        return {
            "clicks": sum(e["event_name"] == "click" for e in echoes),
            "engagements": sum(e["event_family"] == "engagement" for e in echoes),
            "purchases": len(purchases),
            "revenue": sum(e["price"] for e in purchases),
            "off_list": sum(e.get("item_id") not in [None, *item_ids] for e in echoes),
        }

    # lists

    def stands(self, item_id: str, filters: dict[str, Any]) -> bool:
        item = self.items[item_id]
        for name, wanted in filters.items():
            value = item[name] if name in ("item_type", "status") else item["attributes"].get(name)
            values = value if isinstance(value, list) else [value]
            wanted = wanted if isinstance(wanted, list) else [wanted]
            if not any(v == w and isinstance(v, bool) == isinstance(w, bool) for v in values for w in wanted):
                return False
        return True

    def listed(self, sources: list[tuple[str, dict[str, float]]], out: set[str], filters: dict[str, Any]) -> Listed:
        """Return the sources in order, each sorted by score, popularity and id; no item twice."""
        popularity = self.popularity()
        found: Listed = []
        for reason, scores in sources:
            ranked = sorted(scores, key=lambda i: (-float(f"{scores[i]:.9g}"), -round(popularity.get(i, 0), 6), i))
            for item in ranked:
                if item in self.active and self.stands(item, filters) and item not in out and scores[item] > 0:
                    out = out | {item}
                    found.append((item, reason))
        return found

    def tail(self) -> list[tuple[str, dict[str, float]]]:
        newest = sorted(self.items, key=lambda item: (-self.items[item]["created"], item))
        return [("popular", self.popularity()), ("catalogue", {item: 1 / (r + 1) for r, item in enumerate(newest)})]

    def ranking(self, strategy: str, user: str, context: str, now: float, filters: dict[str, Any]) -> Listed:
        """Return the list of a strategy; `similar` lacks content similarity, which other tests check by hand."""
        person = self.person(user)
        history, bought = self.history(person), set(self.bought(person))
        trending = ("trending", self.trend(now))
        sources: list[tuple[str, dict[str, float]]]
        out: set[str] = set()
        if strategy == "personalized":
            affinity = self.affinities(person)
            weights = {j: affinity[j] * (r + 1) ** -0.5 for r, j in enumerate(history)}
            sources, out = [("behavioral_match", self.cosine(weights, affinity)), trending], bought
        elif strategy == "session_based":
            session = self.running(person, now)
            session += [item for item in history[:5] if item not in session]
            match = self.cosine(falling(session), self.affinities(person))
            sources, out = [("session_match", match), trending], set(session)
        elif strategy == "session-resumption":
            left = [item for item in self.ended(person, now) if item not in bought]
            match = self.cosine(falling(left), self.affinities(person))
            sources, out = [("resumed_session", falling(left)), ("session_match", match), trending], bought
        elif strategy == "abandonment-recovery":
            cart = self.cart(person, now)
            last = self.running(person, now) or self.ended(person, now)
            wanted = cart + [item for item in last if item not in cart and item not in bought]
            alternatives = self.cosine(falling(wanted), self.affinities(person))
            sources = [("abandoned_cart", falling(cart)), ("similar_item", alternatives), trending]
            out = bought - set(cart)
        elif strategy == "frequently-bought-together":
            sources, out = self.companions("order_id", {"purchase"}, [context], "bought_together"), {context}
        elif strategy == "frequently-consumed-together":
            sources, out = self.companions("session_id", None, [context], "consumed_together"), {context}
        elif strategy == "cross-sell":
            cart = self.cart(person, now)
            sources, out = self.companions("order_id", {"purchase"}, cart, "cross_sell"), set(cart)
        elif strategy == "trending":
            sources = [trending]
        elif strategy == "recently-viewed":
            sources = [("recently_viewed", falling(history))]
        elif strategy == "buy-again":
            sources = [("bought_before", falling(self.bought(person)))]
        elif strategy == "new-arrivals":
            sources = [("new_arrival", self.tail()[1][1])]
        else:
            sources = []
        return self.listed(sources + self.tail(), out, filters)

    def cosine(self, weights: dict[str, float], own: dict[str, float]) -> dict[str, float]:
        """Return the scores of items that occur with the weighted items, without the contribution of the person's own
        pairs."""
        counts, totals = self.touched()
        found = {}
        for i in totals:
            score = 0.0
            for j, value in weights.items():
                if i != j and totals.get(j):
                    mine = min(own[i], own[j]) if i in own and j in own else 0.0
                    score += value * (counts.get(frozenset((i, j)), 0.0) - mine) / math.sqrt(totals[j])
            if score > 1e-9:
                found[i] = score / math.sqrt(totals[i])
        return found

    def companions(self, label: str, names: set[str] | None, items: list[str], reason: str) -> list[tuple[str, Totals]]:
        counts, totals = self.together(label, names)
        sums: Totals = {}
        for pair, count in counts.items():
            for item in pair & set(items):
                (other,) = pair - {item}
                sums[other] = sums.get(other, 0.0) + count
        often = {item: c / totals[item] ** 0.2 for item, c in sums.items() if c >= 2}
        seldom = {item: c / totals[item] ** 0.2 for item, c in sums.items() if c < 2}
        category = self.items[items[0]]["attributes"].get("category") if items and items[0] in self.items else None
        fallback = {
            item: score
            for item, score in self.popularity().items()
            if category is not None
            and item in self.items
            and self.items[item]["attributes"].get("category") == category
        }
        return [(reason, often), (reason, seldom), ("category_popular", fallback)]

    def running(self, person: frozenset[str], now: float) -> list[str]:
        newest = self._sessions(person)[:1]
        return newest_first(newest[0]) if newest and now - newest[0][-1]["at"] <= GAP else []

    def ended(self, person: frozenset[str], now: float) -> list[str]:
        sessions = self._sessions(person)
        if sessions and now - sessions[0][-1]["at"] <= GAP:
            sessions = sessions[1:]
        return newest_first(sessions[0]) if sessions else []

    def _sessions(self, person: frozenset[str]) -> list[list[dict[str, Any]]]:
        """Return the sessions, first those that ended last, then those that began last, then by id."""
        sessions = self.episodes(person, "session_id")
        sessions.sort(key=lambda s: s[0].get("session_id") or "")
        return sorted(sessions, key=lambda s: (-s[-1]["at"], -s[0]["at"]))


def newest_first(episode: list[dict[str, Any]]) -> list[str]:
    last = {e["item_id"]: e["at"] for e in episode}
    return sorted(last, key=lambda item: (last[item], item), reverse=True)


def falling(items: list[str]) -> dict[str, float]:
    return {item: 1 / rank for rank, item in enumerate(items, 1)}
