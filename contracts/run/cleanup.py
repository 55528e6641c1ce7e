"""Cleans up as far as the API allows: sets the run's items and users to `deleted`."""

from contracts.outcome import NotJudged
from contracts.run.probe import Probe
from contracts.run.run import Run
from fixtures.bodies import user_body


def clean(run: Run, keep: bool) -> list[str]:
    """Clean up, and return notes for the report if something remains. Never raises for the target's behaviour."""
    if keep:
        return [f"--keep: items and users with the prefix {run.names.prefix} stay"]
    run.budget.cleaning = True
    notes = []
    probe = Probe(run, "clean-up")
    for organisation in ("main", "other") if run.target.other else ("main",):
        items = list(run.model.leftovers(organisation))
        users = [user for owner, user in run.model.users if owner == organisation]
        try:
            if items:
                probe.upsert_items(items, organisation)
            if users:
                probe.upsert_users([user_body(user, status="deleted") for user in users], organisation)
                run.model.users -= {(organisation, user) for user in users}
        except NotJudged as reason:
            notes.append(f"not everything with the prefix {run.names.prefix} could be set to deleted: {reason}")
    run.budget.cleaning = False
    return notes
