"""What makes a run INVALID: generators that differ, a target that can't be judged, a schedule that wasn't kept."""

from collections.abc import Iterator, Sequence
from typing import Any

from load import _budget
from load._histogram import percentile_ms
from load._identity import versions
from load._plan import Plan
from load._profiles import SATURATE
from load._samples import Samples
from load._slo import Slo

START_AND_END = 1.7  # seconds that locust may need until users are there on every worker
Answer = dict[str, Any]  # what a generator says to the plan, see Node.on_plan


def generator_problems(answers: Sequence[Answer], asked: int) -> list[str]:
    """Generators that don't answer, can't, or run something else than the master."""
    return list(_generator_problems(answers, asked))


def target_problems(plan: Plan, answers: Sequence[Answer], rate: float, limit: tuple[int, float] | None) -> list[str]:
    """A target that isn't there, refuses the keys, or would refuse the run with 429s.

    `rate`: requests per second that the plan leads to; `limit`: requests per so many seconds, None for no limit."""
    quotas = [quota for answer in answers for quota in answer["quotas"]]
    problems = [problem for problem in dict.fromkeys(map(_problem_of, quotas)) if problem]
    if plan.probe:
        return [problem for problem in problems if "quota is used up" not in problem]  # that, the probe waits out
    if plan.profile.name == SATURATE and not plan.open:
        problems.append("--profile saturate raises arrivals: give --arrival-rate to start from")
    if problems or limit is None or not (plan.open or plan.think):
        return problems
    known = [quota for quota in quotas if quota["remaining"] is not None and quota["reset"] is not None]
    fit = _budget.problem(
        rate=rate,
        seconds=plan.profile.seconds,
        organisations=answers[0]["organisations"],
        limit=min((quota["limit"] for quota in known if quota["limit"]), default=limit[0]),
        remaining=min((quota["remaining"] for quota in known), default=limit[0]),
        reset=max((quota["reset"] for quota in known), default=limit[1]),
        window=limit[1],
    )
    return [fit] if fit else []


def measurement_problems(plan: Plan, slo: Slo, samples: Samples, cpu: float, seconds: float) -> list[str]:
    """Generators too busy or too late, and open load that wasn't what was asked for in its `seconds` so far."""
    limits, problems = slo.run, []
    if cpu * 100 > limits["max_cpu_percent"]:
        problems.append(
            f"a generator used {cpu:.0%} of its core ({limits['max_cpu_percent']:g}% at most): more workers"
        )
    lag = percentile_ms(samples.lag, 0.99) or 0.0
    if lag > limits["max_lag_p99_ms"]:
        most = limits["max_lag_p99_ms"]
        problems.append(f"the generators were late themselves: lag p99 {lag:.0f} ms ({most:g} at most)")
    expected = plan.rate * plan.profile.area_until(min(seconds, plan.profile.seconds))
    sent, dropped, held = (samples.counters.get(name, 0) for name in ("sent", "dropped", "held"))
    if sent < limits["min_arrivals_ratio"] * expected:
        problems.append(
            f"only {sent / expected:.1%} of the asked arrivals were sent ({sent} of {expected:.0f}; {dropped} dropped "
            f"for a full pool, {held} held back because every organisation waits for its Reset)"
        )
    return problems


def _generator_problems(answers: Sequence[Answer], asked: int) -> Iterator[str]:
    if len(answers) < asked:
        yield f"{asked - len(answers)} of {asked} workers didn't answer the plan"
    yield from dict.fromkeys(answer["problem"] for answer in answers if answer["problem"])
    for name, mine in versions().items():
        if {answer["versions"].get(name) for answer in answers} - {mine}:
            what = "other files of load/ or fixtures/" if name == "files" else f"another version of {name}"
            yield f"a worker has {what} than the master"
    if len({answer.get("keys") for answer in answers}) > 1:
        yield "the workers hold different keys: give every one the same --keys-file"


def _problem_of(quota: dict[str, Any]) -> str | None:
    """Why nothing can be measured with this organisation."""
    name, status = quota["name"], quota["status"]
    if status == 0:
        return f"the target doesn't answer: {quota['error']}"
    if status in (401, 403):
        return f"{name}: the target refuses its publishable key ({status})"
    if status == 429:
        return f"{name}: its quota is used up for another {quota['reset']} s"
    if status >= 400:
        return f"{name}: the target answers {status} to a plain recommendation"
    return None
