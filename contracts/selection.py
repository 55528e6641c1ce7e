"""Decides which checks of the catalogue a run judges, and why it omits the others."""

from contracts.catalogue import Entry
from contracts.outcome import Outcome, Result, UsageError
from contracts.settings import Settings, matching
from contracts.target import Target


def select(settings: Settings, catalogue: dict[str, Entry], target: Target) -> tuple[list[Entry], list[Result]]:
    """Return the entries to judge, and results for the others. Raises UsageError if nothing is left."""
    wanted = _named(settings.select, catalogue) or set(catalogue)
    unwanted = _named(settings.skip, catalogue)
    chosen: list[Entry] = []
    rest: list[Result] = []
    for entry in catalogue.values():
        outcome, reason = Outcome.PASS, ""
        if entry.id not in wanted or entry.id in unwanted:
            outcome, reason = Outcome.DISABLED, "--skip" if entry.id in unwanted else "--select"
        elif settings.profile == "quick" and not (entry.quick or settings.select or _asked_for(entry)):
            outcome, reason = Outcome.DISABLED, "profile quick"
        elif settings.edition == "first" and not entry.first_edition:
            outcome, reason = Outcome.DISABLED, "--edition first"
        else:
            outcome, reason = _lacks(entry, settings, target)
        if reason:
            rest.append(Result(entry.id, entry.level, outcome, reason))
        else:
            chosen.append(entry)
    if not chosen:
        raise UsageError("no check is selected; see --list")
    return chosen, rest


def _named(names: list[str], catalogue: dict[str, Entry]) -> set[str]:
    return {identifier for name in names for identifier in matching(name, catalogue)}


def _asked_for(entry: Entry) -> bool:
    """Return whether an option of its own selects the check; `_lacks` checks that option."""
    return bool({"exhaust", "account-limit"} & set(entry.needs))


def _lacks(entry: Entry, settings: Settings, target: Target) -> tuple[Outcome, str]:
    if "other-organisation" in entry.needs and target.other is None:
        return Outcome.SKIP, "no second organisation"
    if "exhaust" in entry.needs and not settings.exhaust:
        return Outcome.SKIP, "no --exhaust"
    if "account-limit" in entry.needs and not settings.account_limit:
        return Outcome.SKIP, "no --account-limit"
    if "strict-keys" in entry.needs and target.key_policy != "strict":
        return Outcome.SKIP, "--key-policy superset"
    if "generated" in entry.needs and (settings.no_generated or settings.profile == "quick"):
        return Outcome.DISABLED, "--no-generated" if settings.no_generated else "profile quick"
    return Outcome.PASS, ""
