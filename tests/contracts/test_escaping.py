"""Text from the target is shown as one line that no terminal, CI runner or Markdown viewer interprets."""

import json

import pytest

from contracts.report.escaping import lossless, markdown, printable

ODD = "a\x1b[31mb\n::error::c\u202ed\x9be\ud800 ::set-output name=x::y ##[error]z"


def test_controls_line_breaks_and_commands_are_escaped() -> None:
    shown = printable(ODD)
    assert shown.isprintable()
    assert "::error" not in printable("::error::x")
    assert " ::set-output" not in shown
    assert "##[" not in shown
    assert printable("http://[::1]:4010 a::b grün") == "http://[::1]:4010 a::b grün"


@pytest.mark.parametrize("text", ["![x](http://tracker/)", "<img src=x>", "a | b", "`x`", "*b* _i_", "[l](u)", "# h"])
def test_markdown_is_shown_literally(text: str) -> None:
    shown = markdown(text)
    for mark in "<>|`*_![]#":
        assert shown.count(mark) == shown.count(f"\\{mark}")


def test_escaping_a_json_report_keeps_its_contents() -> None:
    written = json.dumps({"a": ODD, "b": "grün 😀 \U000e0001"}, ensure_ascii=False, indent=1)
    shown = lossless(written)
    assert json.loads(shown) == json.loads(written)
    assert all(character.isprintable() or character == "\n" for character in shown)
