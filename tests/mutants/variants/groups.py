"""Every variant, by group."""

from __future__ import annotations

from tests.mutants.mutant import Variant
from tests.mutants.variants import envelope, ingestion, limits, lists

GROUPS: dict[str, list[Variant]] = {
    "legal envelope": envelope.VARIANTS,
    "legal lists": lists.VARIANTS,
    "legal ingestion": ingestion.VARIANTS,
    "legal limits": limits.VARIANTS,
}
