"""Sends records that share requests, and finds out which of them a target refuses: an array may be refused for one
record, for its length, or because it is an array."""

import itertools
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from contracts.exchange import Exchange
from contracts.run.probe import Body, Probe
from contracts.situations.table import Row
from contracts.situations.values import class_of
from fixtures.spec import Operation

NULL, LONG_TEXT, INACTIVE, AGAIN = "null", "a long text", "an inactive user", "a second identify"
SERVED_ELSEWHERE, UNKNOWN_ITEM = "a recommendation_id of another organisation", "an unknown item"
_NOT_WELCOME = (NULL, LONG_TEXT, INACTIVE, AGAIN, SERVED_ELSEWHERE, UNKNOWN_ITEM)  # doubts besides the kinds of ids
_AT_ONCE = 8  # requests at the same time
_SMALL = 10  # records; a refused array of more is sent in parts
_SURELY = 30  # events that every server accepts in one array


@dataclass
class Part:
    """The record that one row contributes to a request."""

    row: Row
    organisation: str
    body: Body
    doubt: str = (
        ""  # why a server may refuse it (R27, R44, R48, R49), e.g. the kind of its id; empty: it must accept it
    )


def doubt_of(row: Row) -> str:
    if row.get("value") == NULL:
        return NULL
    if row.get("value", "").startswith("long text"):
        return LONG_TEXT
    return "" if class_of(row["id"]) == "plain" else row["id"]


@dataclass
class Sender:
    """Sends to one operation. `missed`: reason -> number of records that were not accepted. `refused`: doubts that
    turned out to be true. `doubt`: one about all parts, besides their own."""

    probe: Probe
    operation: Operation
    missed: Counter[str] = field(default_factory=Counter)
    refused: set[str] = field(default_factory=set)
    doubt: str = ""
    _taken: set[str] = field(default_factory=set)

    def send(self, parts: Sequence[Part], sizes: dict[str, int], filler: Sequence[Body] = ()) -> list[Part]:
        """Send the parts, in arrays of `sizes[form]` rows or one by one; those that a server may refuse are sent apart.
        Return the accepted ones. `filler`: records that make the largest form as long as it says."""
        accepted: list[Part] = []
        largest = max(sizes.values(), default=1)
        for form, group in self._grouped(parts):
            size = sizes.get(form, 1)
            if size == 1:
                accepted += self._together(group)
                continue
            for batch in _batched(group, size):
                missing = filler[: size - len(batch)] if size == largest else ()
                accepted += self._send(batch, size > 1, missing, doubled=form.startswith("same"))
        return accepted

    def _together(self, parts: list[Part]) -> list[Part]:
        """Send each part in a request of its own, some at the same time."""
        accepted: list[Part] = []
        for batch in _batched([part for part in parts if not self._is_refused(part)], _AT_ONCE):
            requests = [{"json": part.body, **self._options(part.body, [part])} for part in batch]
            for part, exchange in zip(batch, self.probe.send_together(self.operation, requests), strict=True):
                if exchange.ok:
                    self._taken |= {part.doubt} - {""}
                    accepted.append(part)
                else:
                    self._refuse(part, exchange)
        return accepted

    def _send(self, batch: list[Part], array: bool, filler: Sequence[Body] = (), doubled: bool = False) -> list[Part]:
        batch = [part for part in batch if not self._is_refused(part)]
        if not batch:
            return []
        bodies = [part.body for part in batch]
        half = len(bodies) // 2
        bodies = [*bodies[:half], *filler, *bodies[half:]] * (2 if doubled else 1)
        body: Any = bodies if array else bodies[0]
        exchange = self.probe.send(self.operation, body, **self._options(body, batch))
        if exchange.ok:
            self._taken |= {part.doubt for part in batch if part.doubt}
            return batch
        if not array:
            self._refuse(batch[0], exchange)
            return []
        return self._in_parts(batch, bool(filler) or doubled)

    def _in_parts(self, batch: list[Part], was_more: bool) -> list[Part]:
        """Send the records of a refused array again: first one of each doubt, alone; then the others in parts."""
        alone = list({part.doubt: part for part in batch if part.doubt and part.doubt not in self._taken}.values())
        accepted = [part for each in alone for part in self._send([each], array=False)]
        rest = [part for part in batch if part not in alone]
        if len(rest) > _SMALL and (alone or was_more):
            return accepted + self._send(rest, array=True)
        size = _SMALL if len(rest) > _SMALL else 1
        for some in _batched(rest, size):
            accepted += self._send(some, array=size > 1)
        return accepted

    def _options(self, body: Any, batch: list[Part]) -> dict[str, Any]:
        doubts = {self.doubt, *(part.doubt for part in batch)} - {""}
        of_events = self.operation is self.probe.operations.events and isinstance(body, list) and len(body) <= _SURELY
        documented = not isinstance(body, list) or of_events  # arrays of items and users are undefined (R21)
        odd = bool(doubts) and all(doubt not in _NOT_WELCOME and class_of(doubt) == "odd" for doubt in doubts)
        valid, welcome = documented and not doubts, documented and odd
        return {"organisation": batch[0].organisation, "valid": valid, "welcome": welcome}

    def _grouped(self, parts: Sequence[Part]) -> Iterator[tuple[str, list[Part]]]:
        """Yield (form, parts), with doubtful ones apart. Events with long ids are apart from those with odd ones, which
        a server should accept."""
        of_events = self.operation is self.probe.operations.events

        def alike(part: Part) -> tuple[str, str, str]:
            kind = "doubtful" if part.doubt else ""
            if of_events and part.doubt and part.doubt not in _NOT_WELCOME:
                kind = class_of(part.doubt)
            return part.organisation, part.row["body"], kind

        for (_, form, _), group in itertools.groupby(sorted(parts, key=alike), key=alike):
            yield form, list(group)

    def _is_refused(self, part: Part) -> bool:
        refused = part.doubt in self.refused
        if refused:
            self.missed[f"the target refuses it ({part.doubt})"] += 1
        return refused

    def _refuse(self, part: Part, exchange: Exchange) -> None:
        if part.doubt:
            self.refused.add(part.doubt)
        self.missed[f"the target refuses it ({exchange.failure or exchange.status})"] += 1


def _batched(parts: Sequence[Part], size: int) -> Iterator[list[Part]]:
    for start in range(0, len(parts), size):
        yield list(parts[start : start + size])
