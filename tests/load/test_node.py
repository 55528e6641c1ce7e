"""A generator's replies to its master. Importing locust changes the whole process, so each case has one of its own."""

import json
import subprocess
import sys
from pathlib import Path

from tests.support.nest import ROOT

PLAN_TWICE = """
import json, sys
from types import SimpleNamespace
from load._node import Node
from load._plan import SCENARIOS, Plan
from load._profiles import Profile, Stage

sent = []
runner = SimpleNamespace(send_message=lambda name, data: sent.append([name, data]))
node = Node(SimpleNamespace(runner=runner), SimpleNamespace(keys_file=sys.argv[1], ids_file=""))
profile = Profile("steady", 0.0, (Stage(20.0, 1.0, 1.0),))
plan = Plan("run-1", "http://x", SCENARIOS["reader"], profile, 10.0, "constant", 10, 1.0, 1, 100, 10.0)
message = SimpleNamespace(data={"plan": plan.to_message(0, 1), "shop": {}})
node.on_plan(message)
node.on_plan(message)
print(json.dumps(sent))
"""


def test_a_plan_that_comes_again_is_answered_again_because_the_reply_may_be_lost(tmp_path: Path) -> None:
    command = [sys.executable, "-c", PLAN_TWICE, str(tmp_path / "missing.json")]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True, timeout=60)
    first, again = json.loads(done.stdout)
    assert first[0] == "load_ready"
    assert "missing.json" in first[1]["problem"]
    assert again == first
