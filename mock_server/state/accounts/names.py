"""Makes ids of organisations from their display names."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from itertools import count

_LONGEST = 48  # characters; leaves room for a number at the end
_OTHER = re.compile(r"[^a-z0-9]+")


def free_id(name: str, is_taken: Callable[[str], bool]) -> str:
    """Return an id that is not taken: creme-co for `Crème & Co`, then creme-co-2, ... A name without Latin letters and
    digits gives organisation."""
    latin = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    plain = _OTHER.sub("-", latin).strip("-")[:_LONGEST].rstrip("-") or "organisation"
    return next(found for n in count(1) if not is_taken(found := plain if n == 1 else f"{plain}-{n}"))
