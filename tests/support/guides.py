"""Runs the console sessions of the README and the guides, and compares their output."""

import re
import shlex
import subprocess

from fixtures.mock_process import running_mock
from fixtures.spec import KeyType

KEY_TYPES: tuple[KeyType, ...] = ("publishable", "secret")


ADDRESS = "http://127.0.0.1:4010"


BLOCKS = re.compile(r"(?<=^```console\n).*?(?=^```$)", re.MULTILINE | re.DOTALL)


END = "--- end of block ---\n"


TIMES = re.compile(r'(?<="latency_ms":)[0-9.]+|(?<=ratelimit-reset: )[0-9]+')


def played(text: str) -> str:
    """Return the text with the current output of its commands, run in one shell against one new mock."""
    with running_mock() as mock:
        script = ""
        for block in BLOCKS.findall(text):
            for command in re.findall(r"^\$ (.*)$", block, re.MULTILINE):
                script += f"echo {shlex.quote(f'$ {command}')}\n{command.replace(ADDRESS, mock.url)}\necho\n"
            script += f"echo {shlex.quote(END.strip())}\n"
        result = subprocess.run(["bash", "-c", script], capture_output=True, text=True, timeout=240, check=True)
    output = re.sub(r"\n{2,}", "\n", result.stdout.replace("\r", ""))
    shown = iter(output.split(END))
    return BLOCKS.sub(lambda _: next(shown), text)
