"""The rate limit probe fails on each limiter with one defect, and names the defect."""

from pathlib import Path

import pytest

from tests.support.load_support import Forked, broken_server, finish, headless, keys_file, slo_file

# defect -> words in the message that names it
FAULTS = {
    "off-by-one": "1 too many",
    "racy": "isn't atomic",
    "per-key": "2 independent buckets (one per key type)",
    "per-route": "4 independent buckets (one per route)",
    "global": "it shares the bucket",
    "round-robin": "3 independent buckets (one per replica?)",
    "sticky": "3 independent buckets (one per replica?)",
    "no-reset": "no RateLimit-Reset",
    "reset-is-a-date": "without RateLimit-Limit, -Remaining and -Reset as whole numbers",
    "reset-is-epoch": "a date?",
    "early-serve": "although the window had not ended",
    "reset-pushed": "the Resets give different ends",
    "stuck-remaining": "Remaining stays at",
    "no-limit": "Remaining doesn't fall and nothing is refused",
}
pytestmark = pytest.mark.slow
AT_ONCE = 8
LIMIT, WINDOW = 40, 6


def test_every_defect_of_a_limiter_is_named_and_a_correct_limiter_passes(
    tmp_path: Path, subtests: pytest.Subtests
) -> None:
    keys, patient = keys_file(tmp_path), ("--slo-file", slo_file(tmp_path))
    names = ["none", *FAULTS]
    with broken_server(tmp_path) as url:
        for batch in range(0, len(names), AT_ONCE):
            running = {}
            for name in names[batch : batch + AT_ONCE]:
                slo_json = tmp_path / f"{name}.json"
                arguments = headless(slo_json, "--scenario", "rate-limit-probe", "--keys-file", keys, *patient)
                target = f"{url}/{name}/{LIMIT}/{WINDOW}"
                running[name] = Forked(*arguments, "--host", target), slo_json
            for name, (process, slo_json) in running.items():
                result = finish(process, slo_json)
                with subtests.test(name):
                    if name == "none":
                        assert (result.code, result.verdict.get("verdict")) == (0, "PASS"), result.output
                    else:
                        assert result.code == 3, result.output
                        assert FAULTS[name] in result.reasons
