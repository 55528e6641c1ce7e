"""Finds what makes a run INVALID: differing generators, a target that can't be judged, a plan that was not carried
out."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from math import ceil
from typing import Any

from load import _budget
from load._histogram import percentile_ms
from load._identity import versions
from load._plan import Plan
from load._samples import Samples, judged
from load._slo import TIME_METRICS, Slo
from load._verdict import Outcome, Row, number

WorkerReply = dict[str, Any]  # a generator's reply to the plan, see Node.on_plan
_TOLERANCE = 0.5  # seconds by which a run may be shorter than planned: locust checks its users once a second


@dataclass(frozen=True, slots=True)
class Happened:
    """What happened in a run, for comparison with its plan. `seconds`: from start to end; `users`: the maximum; `cpu`:
    the highest share of a core of any generator; `ran`, `waited`: seconds in which generators worked, and in which they
    had work but no core."""

    seconds: float
    users: int = 0
    cpu: float = 0.0
    ran: float = 0.0
    waited: float = 0.0

    def plus(self, report: Mapping[str, Any]) -> "Happened":
        """Include a generator's report."""
        ran, waited = self.ran + report["ran"], self.waited + report["waited"]
        return replace(self, cpu=max(self.cpu, report["cpu"]), ran=ran, waited=waited)

    @property
    def wait_share(self) -> float:
        """The share of time with work in which the generators waited for a core."""
        return self.waited / (self.ran + self.waited) if self.ran + self.waited > 0.2 else 0.0


def generator_problems(replies: Sequence[WorkerReply], asked: int) -> list[str]:
    """Return the problems of generators that don't reply, can't run, or run other code than the master."""
    return list(_generator_problems(replies, asked))


def target_problems(
    plan: Plan, replies: Sequence[WorkerReply], rate: float, limit: tuple[int, float] | None
) -> list[str]:
    """Return the problems of a target that doesn't answer, refuses the keys, or would refuse the run with 429s.

    `rate`: requests per second that the plan leads to; `limit`: number of requests and seconds of a window, None for no
    limit."""
    quotas = [quota for reply in replies for quota in reply["quotas"]]
    problems = [problem for problem in dict.fromkeys(map(_problem_of, quotas)) if problem]
    if plan.probe:
        return [problem for problem in problems if "quota is used up" not in problem]  # the probe waits for that
    if plan.search and not plan.open:
        problems.append("--profile saturate raises arrivals: give --arrival-rate to start from")
    if problems or plan.search or limit is None or not (plan.open or plan.think):
        return problems
    known = [quota for quota in quotas if quota["remaining"] is not None and quota["reset"] is not None]
    fit = _budget.problem(
        rate=rate,
        seconds=plan.profile.seconds,
        organisations=replies[0]["organisations"],
        limit=min((quota["limit"] for quota in known if quota["limit"]), default=limit[0]),
        remaining=min((quota["remaining"] for quota in known), default=limit[0]),
        reset=max((quota["reset"] for quota in known), default=limit[1]),
        window=limit[1],
    )
    return [fit] if fit else []


def sample_problems(plan: Plan, slo: Slo, expected: Mapping[str, float]) -> list[str]:
    """Return the promises that the run is too small to judge. `expected`: requests of each operation after the
    warm-up."""
    if plan.probe or plan.search:
        return []
    short = [
        (one, expected[one.name])
        for one in slo.thresholds
        if one.name in expected and expected[one.name] < one.min_samples
    ]
    if not short:
        return []
    one, count = max(short, key=lambda pair: pair[0].min_samples / max(pair[1], 1e-9))
    more = one.min_samples / max(count, 1e-9) * 1.2
    load = f"--arrival-rate {number(plan.rate * more)}" if plan.open else f"--users {ceil(plan.user_count * more)}"
    return [
        f"too small to be judged: about {count:.0f} requests {one.name} in the {plan.judged_seconds:.0f} s of profile "
        f"{plan.profile.name}, {one.min_samples} needed. Needed: {load}, or --run-time "
        f"{ceil(plan.profile.seconds * more)}s"
    ]


def ended_early(rows: Sequence[Row], broken: Row) -> list[Row]:
    """Return the rows to judge when a broken promise ended the run: that promise, and the others that have enough
    samples. A lack of samples doesn't make such a run INVALID."""
    known = [row for row in rows if row.outcome is not Outcome.NO_DATA]
    is_there = any((row.name, row.metric, row.outcome) == (broken.name, broken.metric, Outcome.FAIL) for row in known)
    return known if is_there else [*known, broken]


def shortcomings(
    plan: Plan, slo: Slo, samples: Samples, happened: Happened, rows: Sequence[Row], aborted: bool
) -> list[str]:
    """Return all problems of a finished run; a busy machine first, because it explains the others."""
    problems = plan_problems(plan, slo, samples, happened, aborted)
    busy = busy_machine(slo, happened, rows, problems)
    return [busy, *problems] if busy else problems


def plan_problems(plan: Plan, slo: Slo, samples: Samples, happened: Happened, aborted: bool) -> list[str]:
    """Return what was planned and didn't happen. `aborted`: the run ended because a promise could no longer be kept, so
    its length and its number of arrivals don't matter."""
    problems = [] if plan.probe or plan.search or aborted else list(_shortfall(plan, slo, samples, happened))
    if plan.search:
        return problems  # each step checks its generators itself
    return problems + generator_limits(slo, judged(samples.lag), happened.cpu)


def generator_limits(slo: Slo, lag: dict[int, int], cpu: float) -> list[str]:
    """Return the problems of generators that were too busy or too late to measure the target."""
    limits, problems = slo.run, []
    if cpu * 100 > limits["max_cpu_percent"]:
        problems.append(
            f"a generator used {cpu:.0%} of its core ({limits['max_cpu_percent']:g}% at most): use more workers"
        )
    late = percentile_ms(lag, 0.99) or 0.0
    if late > limits["max_lag_p99_ms"]:
        most = limits["max_lag_p99_ms"]
        problems.append(f"the generators were late themselves: lag p99 {late:.0f} ms ({most:g} at most)")
    return problems


def busy_machine(slo: Slo, happened: Happened, rows: Sequence[Row], problems: Sequence[str]) -> str | None:
    """Return the problem of a machine whose cores are busy, if that may have affected the result: a promise about times
    is broken, or the generators were late. Kept promises stay valid, because waiting only makes times longer."""
    if happened.wait_share * 100 <= slo.run["max_wait_percent"]:
        return None
    broken = any(row.outcome is Outcome.FAIL and row.metric in TIME_METRICS for row in rows)
    if not broken and not problems:
        return None
    return (
        f"busy machine: the generators waited for a core {happened.wait_share:.0%} of the time in which they had work "
        f"({slo.run['max_wait_percent']:g}% at most): end other processes there, or use another machine"
    )


def _shortfall(plan: Plan, slo: Slo, samples: Samples, happened: Happened) -> Iterator[str]:
    planned = plan.profile.seconds
    if happened.seconds < planned - _TOLERANCE:
        yield (
            f"ended after {happened.seconds:,.0f} of {planned:,.0f} s: let it finish, or plan a shorter run "
            "(--run-time)"
        )
        planned = happened.seconds
    if plan.open:
        expected = min(plan.rate * plan.profile.area_until(planned), plan.due)
        sent, dropped, held = (samples.counters.get(name, 0) for name in ("sent", "dropped", "held"))
        slack = 3 * expected**0.5 if plan.arrivals != "constant" else 0.0  # the number of Poisson arrivals is random
        if sent + slack < slo.run["min_arrivals_ratio"] * expected:
            lost = max(0, round(expected) - samples.counters.get("due", 0))
            yield (
                f"only {sent / expected:.1%} of the asked arrivals were sent ({sent} of {expected:.0f}; {dropped} "
                f"dropped for a full pool (--max-in-flight), {held} held back because every organisation waits for its "
                f"Reset, {lost} never due on any worker)"
            )
    elif happened.users < (wanted := plan.user_count * plan.profile.peak) * 0.98 - 1:
        yield f"only {happened.users} of {wanted:.0f} users were there at any time: raise --spawn-rate, or more workers"


def _generator_problems(replies: Sequence[WorkerReply], asked: int) -> Iterator[str]:
    if len(replies) < asked:
        yield f"{asked - len(replies)} of {asked} workers didn't reply to the plan"
    yield from dict.fromkeys(reply["problem"] for reply in replies if reply["problem"])
    for name, mine in versions().items():
        if {reply["versions"].get(name) for reply in replies} - {mine}:
            what = "other files of load/ or fixtures/" if name == "files" else f"another version of {name}"
            yield f"a worker has {what} than the master"
    if len({reply.get("keys") for reply in replies}) > 1:
        yield "the workers hold different keys: give every one the same --keys-file"


def _problem_of(quota: dict[str, Any]) -> str | None:
    """Return why no run is possible with this organisation. A 5xx is an ordinary error, which the run counts."""
    name, status = quota["name"], quota["status"]
    if status == 0:
        return f"the target doesn't answer: {quota['error']}"
    if 300 <= status < 400:
        place = quota.get("location") or "nowhere"
        return f"the target redirects to {place} ({status}): use its final address as --host"
    if status in (401, 403):
        return f"{name}: the target refuses its publishable key ({status})"
    if status == 429:
        return f"{name}: its quota is used up for another {quota['reset']} s"
    if 400 <= status < 500:
        return f"{name}: the target answers {status} to a plain recommendation"
    return None
