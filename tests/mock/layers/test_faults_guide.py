"""docs/break-the-mock.md agrees with the tables in the code."""

import json
import re
from pathlib import Path

from mock_server.layers.faults.fault import Fault, problems
from mock_server.layers.faults.kinds import KINDS, OPTIONS
from mock_server.layers.faults.scenarios import SCENARIOS
from tests.support.shipped import OPERATIONS

GUIDE = (Path(__file__).parents[3] / "docs/break-the-mock.md").read_text(encoding="utf-8")


def rows(header: str) -> list[tuple[str, ...]]:
    """Return the cells of the table below this header line."""
    lines = GUIDE.partition(f"{header}\n")[2].splitlines()[1:]
    table = lines[: next(number for number, line in enumerate(lines) if not line.startswith("|"))]
    return [tuple(cell.strip() for cell in line.strip("|").split("|")) for line in table]


def test_every_scenario_is_in_the_guide() -> None:
    table = rows("| scenario | what happens |")
    assert table == [(f"`{name}`", scenario.sentence) for name, scenario in SCENARIOS.items()]


def test_every_kind_is_in_the_guide_with_its_options() -> None:
    expected = []
    for name, kind in KINDS.items():
        forms = ", or ".join(" and ".join(f"`{option}`" for option in form) for form in kind.forms if form)
        optional = ", ".join(f"`{option}`" for option in kind.optional)
        expected.append((f"`{name}`", "; ".join(filter(None, (forms, optional))), kind.sentence))
    assert rows("| kind | takes | what happens |") == expected


def test_every_option_is_in_the_guide() -> None:
    assert rows("| option | |") == [(f"`{name}`", meaning) for name, meaning in OPTIONS.items()]


def test_every_condition_of_a_fault_is_in_the_guide() -> None:
    documented = {
        name for cells in rows("| for whom, how often | without it |") for name in re.findall(r"`(\w+)`", cells[0])
    }
    assert documented - {"publishable", "secret"} == Fault.model_fields.keys() - {"kind", *OPTIONS}


def test_every_example_can_be_set() -> None:
    examples = [json.loads(line) for line in GUIDE.partition("```json\n")[2].partition("```")[0].splitlines()]
    assert len(examples) >= 7
    for example in examples:
        assert problems(Fault(**example), OPERATIONS) == [], example
