"""Faults that are written for a catalogue that is frozen, and meet the suite for the first time after it.

None is written with a look at a check, or at what survives. What the first run says goes into FIRST_RUN, untouched.
"""

from __future__ import annotations

from tests.faults.fault import Fault

FAULTS: list[Fault] = []

# What the first run said, before anything was changed for it: was it killed?
FROZEN = ""  # the commit at which nothing of the catalogue or the checks was changed any more
FIRST_RUN: dict[str, bool] = {}
