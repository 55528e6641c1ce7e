"""Every shipped profile is large enough for the shipped promises, or says before the run what it needs."""

import json
import subprocess
import sys

import pytest

from load._inspection import sample_problems
from load._plan import SCENARIOS, Plan
from load._profiles import Profile, read_profiles
from load._slo_file import read_slo
from tests.support.load_support import clean
from tests.support.nest import ROOT

# importing locust patches this process's sockets, so a subprocess does it
CODE = """
import json, sys
from load import locustfile
from load._mix import shares
classes = (locustfile.Shopper, locustfile.Reader)
print(json.dumps([
    shares(classes, [one.weight for one in classes]),
    shares(classes, [one.weight / one.think_seconds for one in classes]),
    sum(one.weight / 90 / one.think_seconds for one in classes),
]))
"""
PROFILES = [one for one in read_profiles().values() if not one.factor]


def plan(profile: Profile, rate: float) -> Plan:
    return Plan("r", "http://x", SCENARIOS["browse"], profile, rate, "constant", 10, 1.0, 1, 100, 10.0)


@pytest.fixture(scope="module")
def mixes() -> tuple[dict[str, float], dict[str, float], float]:
    done = subprocess.run(
        [sys.executable, "-c", CODE], cwd=ROOT, env=clean(), text=True, capture_output=True, check=True
    )
    by_arrival, by_user, rate_of_a_user = json.loads(done.stdout)
    return by_arrival, by_user, rate_of_a_user


def problems(profile: Profile, shares: dict[str, float], rate: float, open_load: bool) -> list[str]:
    area = profile.area - profile.area_until(profile.warmup)
    expected = {name: share * rate * area for name, share in shares.items()}
    return sample_problems(plan(profile, rate if open_load else 0.0), read_slo(), expected)


@pytest.mark.parametrize("profile", PROFILES, ids=lambda one: one.name)
def test_by_default_a_profile_can_be_judged(profile: Profile, mixes: tuple[dict[str, float], ...]) -> None:
    """`python -m load latency --profile NAME`: 60 arrivals/s over 22 s."""
    assert problems(profile.stretched(22.0), mixes[0], 60.0, True) == []


def test_a_profile_too_small_for_ten_users_says_what_it_needs(
    mixes: tuple[dict[str, float], dict[str, float], float],
) -> None:
    """`locust -f load --profile smoke`: ten users with think times."""
    found = problems(read_profiles()["smoke"], mixes[1], 10 * mixes[2], False)
    assert "Needed: --users" in found[0]
    assert problems(read_profiles()["steady"], mixes[1], 10 * mixes[2], False) == []
