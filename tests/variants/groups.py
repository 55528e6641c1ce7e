"""Every variant, by group."""

from tests.faults.fault import Variant

GROUPS: dict[str, list[Variant]] = {}
