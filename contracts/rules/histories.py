"""Judges that users with the same history are treated alike, and that no user is affected by another's history.

Compares the responses to one request for different users while nothing was written. Nothing is assumed about the
ranking: if a history changes the list of one user, it must change that of every user with the same history."""

from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field

from contracts.exchange import Exchange
from contracts.rules.comparable import comparable_responses
from contracts.rules.listing import ASCII_ID
from contracts.rules.recommendation import served
from contracts.run.history import Deeds, Histories
from contracts.run.registry import Violation, family
from contracts.run.run import Run

Group = list[tuple[str, Exchange]]  # users with equal histories, with their responses

_NEWCOMERS = 3  # users without a history who get the same list; enough to make a different list significant
_AGREEING = 2  # users who did the same and get the same list
_ENOUGH = 10  # events; with fewer, a list may stay general (R15)


def _personal(exchange: Exchange) -> bool:
    body = exchange.request_json
    named = isinstance(body, dict) and isinstance(body.get("user_id"), str)
    asked = named and body.get("strategy", "personalized") == "personalized"
    return served(exchange) and exchange.operation == "recommend" and exchange.organisation is not None and asked


@dataclass
class Comparable:
    """Responses to one request for many users, while nothing was written."""

    organisation: str
    newcomers: list[Exchange] = field(default_factory=list)
    others: dict[str, tuple[Deeds, Exchange]] = field(default_factory=dict)  # users with a history, by id
    before: dict[str, list[str] | None] = field(default_factory=dict)  # by user: the list from before the history

    @property
    def usual(self) -> list[str] | None:
        """The list of users without a history, if most of them and at least three get the same one."""
        lists = Counter(tuple(exchange.ids) for exchange in self.newcomers)
        ids, times = lists.most_common(1)[0] if lists else ((), 0)
        return list(ids) if times >= _NEWCOMERS and 2 * times > len(self.newcomers) and ids else None

    @property
    def typical(self) -> tuple[Exchange, ...]:
        """Enough of these responses to show that the list is the usual one."""
        return tuple(each for each in self.newcomers if each.ids == self.usual)[:_NEWCOMERS]


@family(
    "PERS-alike", "PERS-alike-any-id", "IDENT-alike", "TENANT-own-history", "PERS-nobody-elses",
    about=_personal, timed=True,
)  # fmt: skip
def compared(run: Run, exchanges: list[Exchange]) -> Iterator[tuple[str, Violation]]:
    for comparable in _comparable(run, exchanges):
        if comparable.usual:
            yield from _unlike_others(run.model.histories, comparable)
            yield from _of_others(run.model.histories, comparable)


def _comparable(run: Run, exchanges: list[Exchange]) -> Iterator[Comparable]:
    histories = run.model.histories
    before = {
        (x.organisation, x.question): x.ids
        for x in exchanges
        if x.answered_at < histories.began(x.organisation or "", x.request_json["user_id"])
    }
    for organisation, group in comparable_responses(run, exchanges, "user_id"):
        comparable = Comparable(organisation)
        for exchange in group:
            user = exchange.request_json["user_id"]
            deeds = histories.of(organisation, user, exchange.sent_at, exchange.answered_at, run.model.settle)
            if deeds:
                comparable.others[user] = deeds, exchange
                comparable.before[user] = before.get((organisation, exchange.question))
            elif deeds is not None and not histories.has_profile(organisation, user):
                comparable.newcomers.append(exchange)
        yield comparable


def _unlike_others(histories: Histories, comparable: Comparable) -> Iterator[tuple[str, Violation]]:
    """Find users who are not treated like others with an equal history."""
    by_deeds = defaultdict(list)
    for user, (deeds, exchange) in comparable.others.items():
        if sum(times for _, times in deeds) >= _ENOUGH:
            by_deeds[deeds].append((user, exchange))
    for deeds, group in by_deeds.items():
        yield from _of_a_part(histories, comparable, deeds, group)
        yield from _without_effect(histories, comparable, group)


def _of_a_part(
    histories: Histories, comparable: Comparable, deeds: Deeds, group: Group
) -> Iterator[tuple[str, Violation]]:
    """Find users who get the list of one who did only a part of what they did, while others who did the same agree on
    another list."""
    own = [exchange for user, exchange in group if not histories.is_identified(comparable.organisation, user)]
    common, times = Counter(tuple(exchange.ids) for exchange in own).most_common(1)[0] if own else ((), 0)
    usual = tuple(comparable.usual or ())
    if times < _AGREEING or common == usual:
        return
    agreeing = [exchange for exchange in own if tuple(exchange.ids) == common][:_AGREEING]
    parts = {tuple(exchange.ids): exchange for some, exchange in comparable.others.values() if _is_part(some, deeds)}
    for user, exchange in group:
        ids = tuple(exchange.ids)
        if ids in parts and ids not in (common, usual):
            said = f"the list of {parts[ids].request_json['user_id']}, who did only a part of it"
            yield _unlike(histories, comparable, user, "a part", said, (*agreeing, parts[ids], exchange))


def _without_effect(histories: Histories, comparable: Comparable, group: Group) -> Iterator[tuple[str, Violation]]:
    """Find users whose history has no effect although another user's equal history has one. No difference in how the
    events were sent (alone, in arrays, with optional fields) is accepted."""
    bare = [pair for pair in group if not histories.has_profile(comparable.organisation, pair[0])]
    effects = [exchange for user, exchange in bare if exchange.ids not in (comparable.usual, comparable.before[user])]
    for user, exchange in group if effects else ():
        usual, earlier = exchange.ids == comparable.usual, exchange.ids == comparable.before[user]
        if (usual or earlier) and exchange.ids != effects[0].ids:
            whose = "a user without history" if usual else "the same user before anything was done"
            said = f"the list of {whose}; {effects[0].request_json['user_id']} did the same and has another"
            yield _unlike(histories, comparable, user, "no effect", said, (effects[0], exchange))


def _unlike(
    histories: Histories, comparable: Comparable, user: str, case: str, said: str, shown: tuple[Exchange, ...]
) -> tuple[str, Violation]:
    rule = _rule_for(user, histories.is_identified(comparable.organisation, user))
    expected = "a list like that of others who did the same"
    return rule, Violation(case, expected, f"{user}: {said}", (*comparable.typical, *shown))


def _is_part(some: Deeds, all_of: Deeds) -> bool:
    times = dict(all_of)
    return some != all_of and all(times.get(deed, 0) >= each for deed, each in some)


def _rule_for(user: str, identified: bool) -> str:
    """What was accepted under a plain id must count; a history that identify joins counts like the user's own."""
    if not ASCII_ID.fullmatch(user):
        return "PERS-alike-any-id"
    return "IDENT-alike" if identified else "PERS-alike"


def _of_others(histories: Histories, comparable: Comparable) -> Iterator[tuple[str, Violation]]:
    """Find users without a history who get the list of a user with one, unlike other users without a history."""
    lists: dict[tuple[str, ...], Exchange] = {}
    for _, exchange in comparable.others.values():
        lists.setdefault(tuple(exchange.ids), exchange)
    for exchange in comparable.newcomers:
        owner = lists.get(tuple(exchange.ids))
        if owner is not None and exchange.ids != comparable.usual:
            user = exchange.request_json["user_id"]
            actual = f"{user} did nothing, and is shown the list of {owner.request_json['user_id']}"
            shown = (*comparable.typical, owner, exchange)
            violation = Violation("history of another", "the list of a user without history", actual, shown)
            owners = histories.owners_of(user)
            if owners - {comparable.organisation}:
                yield "TENANT-own-history", violation
            elif not owners:
                yield "PERS-nobody-elses", violation
