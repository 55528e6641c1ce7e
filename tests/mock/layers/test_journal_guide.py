"""docs/look-inside.md shows what its commands really print."""

import json
import re
import subprocess
from pathlib import Path

from fixtures.bodies import event_body, item_body, recommend_body
from fixtures.mock_process import RunningMock, running_mock
from tests.support.dashboard_support import send

GUIDE = Path(__file__).parents[3] / "docs/look-inside.md"
EXAMPLES = re.compile(r"^```console\n\$ (.*?)\n(\{\"success.*?)\n```$", re.MULTILINE | re.DOTALL)
TIME = re.compile(r'(?<="duration_ms":)[0-9.]+')


WRONG_KEY, CLICK = 7, 12  # the requests that the examples show


def shop(mock: RunningMock, numbers: range) -> None:
    for number in numbers:
        if number == WRONG_KEY:
            send(mock, "/v1/ingest/items/upsert", item_body("mine"), Origin="http://localhost:3000")
        elif number == CLICK:
            send(mock, "/v1/ingest/events/ingest", event_body("click", "user_1", "prod_7"))
        else:
            send(mock, "/v1/recommend", recommend_body("popular"))


def test_the_examples_of_the_guide_are_real() -> None:
    examples = EXAMPLES.findall(GUIDE.read_text(encoding="utf-8"))
    with running_mock("--clock", "virtual") as mock:
        for (command, shown), numbers in zip(examples, (range(1, 8), range(8, 13)), strict=True):
            shop(mock, numbers)
            script = f"API={mock.url} JSON='Content-Type: application/json'\n{command}"
            printed = subprocess.run(["bash", "-c", script], capture_output=True, text=True, timeout=60, check=True)
            assert json.loads(TIME.sub("0", printed.stdout)) == json.loads(TIME.sub("0", shown))
