"""Escapes text from the target: it may contain terminal controls, line breaks, Markdown, commands for a CI runner."""

import re

_COMMAND = re.compile(r"(^|\s)::|##(?=\[)")  # GitHub's two syntaxes
_RARE = re.compile(r"[^ -~\n]")
_SHORT = {"\n": "\\n", "\r": "\\r", "\t": "\\t"}
_MARKDOWN = re.compile(r"([\\`*_{}\[\]()#+!|~])")


def printable(text: str) -> str:
    """Return one line without control characters, and without anything that a CI runner reads as a command."""
    line = "".join(character if character.isprintable() else _escaped(character) for character in text)
    return _COMMAND.sub(lambda found: found[0].replace("::", ":\\:").replace("##", "#\\#"), line)


def markdown(text: str) -> str:
    """Return `printable` text, escaped so that Markdown and HTML show it literally."""
    plain = printable(text).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return _MARKDOWN.sub(r"\\\1", plain)


def lossless(document: str) -> str:
    """Return an equivalent JSON document in which terminal control characters are escaped."""
    return _RARE.sub(lambda found: found[0] if found[0].isprintable() else _escaped_in_json(found[0]), document)


def _escaped(character: str) -> str:
    if character in _SHORT:
        return _SHORT[character]
    return f"\\u{ord(character):04x}" if ord(character) < 0x10000 else f"\\U{ord(character):08x}"


def _escaped_in_json(character: str) -> str:
    units = character.encode("utf-16-be", "surrogatepass")
    return "".join(f"\\u{units[at]:02x}{units[at + 1]:02x}" for at in range(0, len(units), 2))
