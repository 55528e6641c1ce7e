"""The README's session shows what its commands print; `python -m tests.mock.command.test_readme` writes the output
anew. The client in the front-end guide works."""

import json
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from fixtures.mock_process import running_mock
from mock_server.state.organisations import development_key, well_known_id
from tests.support.guides import BLOCKS, KEY_TYPES, TIMES, played

ROOT = Path(__file__).parents[3]


README = ROOT / "README.md"


GUIDE = ROOT / "docs/frontend.md"


def test_the_first_session_of_the_readme_is_real() -> None:
    written = README.read_text(encoding="utf-8")
    assert len(BLOCKS.findall(written)) == 3
    assert TIMES.sub("?", written) == TIMES.sub("?", played(written))


CLIENT = re.compile(r"(?<=^```js\n)export function lehnz\(.*?(?=^```$)", re.MULTILINE | re.DOTALL)


STORY = """
import { lehnz } from "./lehnz.mjs";
const api = lehnz(process.argv[2], process.argv[3]);
const seen = [];
for (let request = 0; request < 3; request += 1) {
  const { recommendation_id, results } = await api.recommend({ user_id: "user_1", limit: 8 });
  seen.push(results.length);
  const click = { user_id: "user_1", event_family: "engagement", event_name: "click", item_id: results[0].item_id };
  seen.push((await api.track({ ...click, recommendation_id })).accepted);
}
const refused = await api.recommend({}).catch((error) => error.message);
console.log(JSON.stringify({ seen, refused }));
"""


@pytest.mark.skipif(shutil.which("node") is None, reason="needs Node: apt-get install nodejs")
def test_the_client_of_the_front_end_guide_works_and_waits_out_a_429(tmp_path: Path) -> None:
    (client,) = CLIENT.findall(GUIDE.read_text(encoding="utf-8"))
    (tmp_path / "lehnz.mjs").write_text(client, encoding="utf-8")
    (tmp_path / "story.mjs").write_text(STORY, encoding="utf-8")
    with running_mock("--rate-limit", "4/1s") as mock:
        command = ["node", "story.mjs", mock.url, mock.publishable_key]
        result = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=240, check=False)
    assert result.stderr == ""
    story = json.loads(result.stdout)
    assert story["seen"] == [8, 1, 8, 1, 8, 1]
    assert "user_id" in story["refused"]


@pytest.mark.parametrize("page", [README, GUIDE], ids=lambda page: page.name)
def test_keys_in_the_documents_are_the_development_keys(page: Path) -> None:
    known = {development_key(kind, well_known_id(number)) for kind in KEY_TYPES for number in (1, 2)}
    found = set(re.findall(r"lehnz_[ps]k_dev_\w+", page.read_text(encoding="utf-8")))
    assert found
    assert found <= known


if __name__ == "__main__":
    README.write_text(played(README.read_text(encoding="utf-8")), encoding="utf-8")
