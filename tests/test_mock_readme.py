"""The README's session shows what its commands print. `python -m tests.test_mock_readme` writes the output anew."""

import re
import shlex
import subprocess
from pathlib import Path

from bench.mock import running_mock

README = Path(__file__).parents[1] / "README.md"
ADDRESS = "http://127.0.0.1:4010"
BLOCKS = re.compile(r"(?<=^```console\n).*?(?=^```$)", re.MULTILINE | re.DOTALL)
END = "--- end of block ---\n"
TIMES = re.compile(r'(?<="latency_ms":)[0-9.]+|(?<=ratelimit-reset: )[0-9]+')


def played(text: str) -> str:
    """The text with what its commands print now, in one shell and against one fresh mock."""
    with running_mock() as mock:
        script = ""
        for block in BLOCKS.findall(text):
            for command in re.findall(r"^\$ (.*)$", block, re.MULTILINE):
                script += f"echo {shlex.quote(f'$ {command}')}\n{command.replace(ADDRESS, mock.url)}\necho\n"
            script += f"echo {shlex.quote(END.strip())}\n"
        result = subprocess.run(["bash", "-c", script], capture_output=True, text=True, timeout=60, check=True)
    output = re.sub(r"\n{2,}", "\n", result.stdout.replace("\r", ""))
    shown = iter(output.split(END))
    return BLOCKS.sub(lambda _: next(shown), text)


def test_the_first_session_of_the_readme_is_real() -> None:
    written = README.read_text(encoding="utf-8")
    assert len(BLOCKS.findall(written)) == 3
    assert TIMES.sub("?", written) == TIMES.sub("?", played(written))


if __name__ == "__main__":
    README.write_text(played(README.read_text(encoding="utf-8")), encoding="utf-8")
