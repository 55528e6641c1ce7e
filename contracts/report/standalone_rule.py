"""Turns a rule over one response into a program of the standard library, so that a script can judge without our
package.

The program is the rule's own source, preceded by the code that it needs, so that there is one rule and no copy."""

import dis
import inspect
import re
import sys
import textwrap
from collections.abc import Callable, Iterator
from types import CodeType, FunctionType, ModuleType
from typing import Any

from contracts import exchange as exchanges
from contracts.exchange import Exchange

_OF_THE_RUN = {"client", "operations", "model", "visibility", "names", "plan", "budget"}  # not in a script


def program(function: Callable[..., Any]) -> str | None:
    """Return source code that defines Exchange and the function; None if the function needs the run, or a value that
    can't be written as source."""
    parts: dict[str, str] = {}
    if not isinstance(function, FunctionType) or not _collect(function, parts):
        return None
    lines = ["from __future__ import annotations", inspect.getsource(exchanges).partition('"""\n')[2], *parts.values()]
    return "\n\n".join(lines)


def _collect(function: FunctionType, parts: dict[str, str]) -> bool:
    names = set(_instructions(function.__code__))
    if names & _OF_THE_RUN:
        return False
    parts[function.__name__] = ""  # set first, because the function may call itself
    for name in sorted(names & function.__globals__.keys() - parts.keys()):
        value = function.__globals__[name]
        if value is Exchange:
            continue
        if isinstance(value, FunctionType) and value.__module__.startswith("contracts."):
            if not _collect(value, parts):
                return False
        elif (line := _line(name, value)) is not None:
            parts[name] = line
        else:
            return False
    source = textwrap.dedent(inspect.getsource(function))
    del parts[function.__name__]  # move it behind the parts that it needs
    parts[function.__name__] = source[source.index("def ") :]
    return True


def _line(name: str, value: Any) -> str | None:
    if isinstance(value, ModuleType) and not value.__name__.startswith("contracts"):
        return f"import {value.__name__} as {name}"
    if isinstance(value, type) and value.__module__ in sys.stdlib_module_names:
        return f"from {value.__module__} import {value.__name__} as {name}"
    if isinstance(value, re.Pattern):
        return f"{name} = re.compile({value.pattern!r}, {value.flags})"
    if isinstance(value, (int, float, str, tuple, set, frozenset, dict, list)):
        return f"{name} = {value!r}"
    return None


def _instructions(code: CodeType) -> Iterator[str]:
    """Yield every name that the code looks up, as a global or as an attribute."""
    for instruction in dis.get_instructions(code):
        if instruction.opname.startswith(("LOAD_GLOBAL", "LOAD_NAME", "LOAD_ATTR", "LOAD_METHOD")):
            yield str(instruction.argval)
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from _instructions(constant)
