"""What the merged records of the rate limit probe show about the target (R36, R37). No I/O.

Every check uses the records of all workers together, and allows for responses that arrive in another order than the
server counted them: "Remaining falls with every response" is false for a correct server under concurrency."""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from itertools import chain
from typing import NamedTuple

EXTRA = 60  # least number of requests beyond the quota in a burst


class Shot(NamedTuple):
    """One request of the probe. Times in seconds on the master's clock."""

    organisation: int  # 0: the exhausted one; 1: the one that must not be affected
    operation: str
    key_type: str
    worker: int
    lane: int  # number of the connection
    sent: float
    answered: float
    status: int
    limit: int | None
    remaining: int | None
    reset: int | None
    problems: tuple[str, ...] = ()  # defects of a 429

    @property
    def passed(self) -> bool:
        return 200 <= self.status < 300

    @property
    def refused(self) -> bool:
        return self.status == 429


class Rules(NamedTuple):
    """What counts as correct: the kind of window, and how many more or fewer requests may pass."""

    kind: str = "fixed"
    tolerance: int = 0


class Check(NamedTuple):
    """The result of one check. `kept` is None if it was not judged; then `text` gives the reason. If it failed, `text`
    says what was seen instead."""

    id: str
    kept: bool | None
    text: str
    samples: int = 0


Records = Sequence[Shot]


def judge_headers(shots: Records) -> Iterator[Check]:
    """Check every response: the three headers, a constant Limit, well-formed refusals, only successes and 429s."""
    odd = Counter(shot.status for shot in shots if not (shot.passed or shot.refused))
    seen = ", ".join(f"{count} x {status or 'no response'}" for status, count in odd.items())
    yield Check(
        "answers", not odd, f"neither a success nor a 429: {seen}" if odd else "successes and 429s only", len(shots)
    )
    bare = [shot for shot in shots if None in (shot.limit, shot.remaining, shot.reset)]
    text = f"{len(bare)} responses without RateLimit-Limit, -Remaining and -Reset as whole numbers"
    yield Check("headers", not bare, text if bare else "all three on every response", len(shots))
    limits = sorted({shot.limit for shot in shots if shot.limit is not None and shot.organisation == 0})
    text = f"RateLimit-Limit {' and '.join(map(str, limits))}"
    yield Check("limit constant", len(limits) <= 1, text, len(shots))
    refused = [shot for shot in shots if shot.refused]
    problems = Counter(chain.from_iterable(shot.problems for shot in refused))
    text = "; ".join(f"{problem} ({count} of {len(refused)})" for problem, count in problems.most_common(3))
    yield Check("429 well-formed", not problems, text or "headers and envelope of every 429", len(refused))


def judge_burst(before: Shot, burst: Records, rules: Rules) -> Iterator[Check]:
    """Check how many requests of the burst passed. `before`: a single request of the same organisation just before the
    burst, which shows what is left."""
    passed = [shot for shot in burst if shot.passed]
    refused = [shot for shot in burst if shot.refused]
    left, limit = before.remaining, before.limit
    if left is None or limit is None:
        yield Check("burst", False, "without Remaining and Limit it is unknown how many should pass", len(burst))
        return
    exact = abs(len(passed) - left) <= rules.tolerance and bool(refused)
    text = f"{len(passed)} passed, {left} were left of {limit}"
    yield Check("burst", exact, text if exact else f"{text}: {_looks_like(before, passed, refused)}", len(burst))
    if rules.kind == "fixed":
        yield _permutation(passed, left, rules)
    late = _inversions(passed)
    text = f"{late} times Remaining did not fall from a response to a later request of the same worker"
    yield Check(
        "remaining order", not late, text if late else "falls between requests that didn't overlap", len(passed)
    )
    yield _shared("key types", burst, lambda shot: shot.key_type, "both keys draw on one bucket")
    yield _shared("routes", burst, lambda shot: shot.operation, "all routes draw on one bucket")


def judge_window(shots: Records, clock_error: float) -> Check:
    """Check that the Resets of all records give one end of the window; a moving or postponed end gives several."""
    numbers = [(shot, shot.reset) for shot in shots if shot.reset is not None]
    if not numbers:
        return Check("window end", False, "no RateLimit-Reset to judge", 0)
    spread = min(_spread(numbers, rounded) for rounded in (-1.0, 0.0))  # rounded up, or down
    kept = spread <= 2 * clock_error + 0.05
    text = "all Resets give one end" if kept else f"the Resets give different ends: {spread:.1f} s apart"
    return Check("window end", kept, text, len(numbers))


def window_end(shots: Records) -> tuple[float, float]:
    """Return the earliest and the latest end of the window, by all of its Resets (rounded up, R37)."""
    numbers = [(shot, shot.reset) for shot in shots if shot.reset is not None]
    earliest = max(shot.sent + reset - 1 for shot, reset in numbers)
    return earliest, max(earliest, min(shot.answered + reset for shot, reset in numbers))


def judge_hold(held: Records) -> Check:
    """Check the requests between exhaustion and Reset."""
    early = [shot for shot in held if not shot.refused]
    text = (
        f"{len(early)} of {len(held)} weren't refused although the window had not ended" if early else "429 throughout"
    )
    return Check(
        "429 until reset", not early if held else None, text if held else "the window was too short", len(held)
    )


def judge_recovery(after: Records, rules: Rules) -> Iterator[Check]:
    """Check the requests after the Reset; those in `after` were sent one by one."""
    refused = sum(not shot.passed for shot in after)
    text = f"{refused} of {len(after)} refused after the window ended" if refused else "served again"
    yield Check("served after reset", not refused, text, len(after))
    first = after[0]
    if rules.kind == "fixed" and first.passed and first.limit is not None:
        text = f"Remaining {first.remaining} after the first request, {first.limit - 1} expected"
        kept = first.remaining is not None and abs(first.limit - 1 - first.remaining) <= rules.tolerance
        yield Check("full quota after reset", kept, text, 1)


def judge_other(before: Shot, after: Records) -> Iterator[Check]:
    """Check that the second organisation is served as if nothing had happened."""
    refused = [shot for shot in after if not shot.passed]
    text = f"{len(refused)} of {len(after)} refused while the first was exhausted: it shares the bucket"
    yield Check("other organisation served", not refused, text if refused else "served throughout", len(after))
    seen = [shot.remaining for shot in (before, *after)]
    if before.reset is not None and after and after[-1].answered > before.sent + before.reset - 1:
        yield Check("other organisation's quota", None, "its window ended meanwhile", len(after))
    elif before.remaining is not None:
        wanted = [before.remaining - step for step in range(len(seen))]
        yield Check(
            "other organisation's quota", seen == wanted, f"Remaining {seen}, {wanted} by its own requests", len(seen)
        )


def buckets(before: Shot, passed: Records) -> int:
    """Return the number of exact counters: how often each of the higher values of Remaining was returned. Return 1 also
    for an inexact counter, whose values repeat irregularly."""
    if before.limit is None:
        return 1
    given = Counter(shot.remaining for shot in (before, *passed) if shot.remaining is not None)
    # The request before the burst got the first value.
    times = [given[value] for value in range(before.limit // 2, before.limit - 1)]
    count = max(1, round(sum(times) / len(times))) if times else 1
    return count if sum(one == count for one in times) >= 0.8 * len(times) else 1


def _looks_like(before: Shot, passed: Records, refused: Records) -> str:
    given = Counter(shot.remaining for shot in passed if shot.remaining is not None)
    count = buckets(before, passed)
    if count >= 2:
        groups = {"one per key type": _by_key, "one per route": _by_route}
        kind = next((name for name, key in groups.items() if _unique_within(passed, key)), "one per replica?")
        return f"looks like {count} independent buckets ({kind})"
    if not refused and len(given) <= 2:
        return "Remaining doesn't fall and nothing is refused"
    twice = sum(count > 1 for value, count in given.items() if value)  # a counter below 0 shows 0 repeatedly
    more = len(passed) - (before.remaining or 0)
    if twice and more > 0 and not _stuck(given, len(passed)):
        return f"{twice} values of Remaining were returned more than once: the counter isn't atomic"
    if not refused:
        return "nothing was refused"
    return f"{abs(more)} too {'many' if more > 0 else 'few'}"


def _permutation(passed: Records, left: int, rules: Rules) -> Check:
    given = Counter(-1 if shot.remaining is None else shot.remaining for shot in passed)
    wanted = Counter(range(left))
    wrong = ((given - wanted) + (wanted - given)).total()
    text = "every value once" if not wrong else f"{wrong} values of Remaining returned twice, skipped or out of range"
    if _stuck(given, len(passed)):
        text = f"Remaining stays at {given.most_common(1)[0][0]}"
    return Check("remaining", wrong <= 2 * rules.tolerance, text, len(passed))


def _stuck(given: Counter[int], passed: int) -> bool:
    return passed > 3 and given.most_common(1)[0][1] > passed / 2


def _inversions(passed: Records) -> int:
    """Count the requests that a worker sent after a response had arrived, and whose Remaining isn't below that
    response's."""
    count = 0
    for worker in {shot.worker for shot in passed}:
        mine = [shot for shot in passed if shot.worker == worker and shot.remaining is not None]
        responses = sorted(mine, key=lambda shot: shot.answered)
        lowest, place = None, 0
        for shot in sorted(mine, key=lambda shot: shot.sent):
            while place < len(responses) and responses[place].answered < shot.sent:
                seen = responses[place].remaining or 0
                lowest, place = seen if lowest is None else min(lowest, seen), place + 1
            count += lowest is not None and (shot.remaining or 0) >= lowest
    return count


def _shared(name: str, burst: Records, key: Callable[[Shot], str], good: str) -> Check:
    groups = {key(shot) for shot in burst}
    if len(groups) < 2:
        return Check(f"shared by {name}", None, "only one was used: give a secret key as well", len(burst))
    never = sorted(group for group in groups if not any(shot.refused for shot in burst if key(shot) == group))
    text = f"never refused: {', '.join(never)}" if never else good
    return Check(f"shared by {name}", not never, text, len(burst))


def _spread(numbers: Sequence[tuple[Shot, int]], rounded: float) -> float:
    earliest = max(shot.sent + reset + rounded for shot, reset in numbers)
    return earliest - min(shot.answered + reset + rounded + 1 for shot, reset in numbers)


def _unique_within(passed: Records, key: Callable[[Shot], str]) -> bool:
    given = Counter((key(shot), shot.remaining) for shot in passed)
    repeated = sum(count - 1 for count in given.values())
    return len({key(shot) for shot in passed}) > 1 and repeated <= len(passed) // 50


def _by_key(shot: Shot) -> str:
    return shot.key_type


def _by_route(shot: Shot) -> str:
    return shot.operation
