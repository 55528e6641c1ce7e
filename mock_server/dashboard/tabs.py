"""The tabs of the dashboard, in order. Each has a row here, templates/NAME.html.jinja and assets/NAME.js."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from mock_server.dashboard import account_facts, facts


@dataclass(frozen=True, slots=True)
class Tab:
    """A tab. `facts`: the facts that its template needs in addition to those of every page."""

    name: str
    title: str
    facts: Callable[[facts.View], dict[str, Any]] = facts.none
    path: str = ""

    @property
    def address(self) -> str:
        """The path of the tab below /_mock."""
        return self.path or f"/ui/{self.name}"


TABS = (
    Tab("overview", "Overview", facts.overview, path="/"),
    Tab("requests", "Live requests", facts.requests),
    Tab("catalogue", "Catalogue and users"),
    Tab("shop", "Bring your own shop"),
    Tab("try", "Try it", facts.strategies),
    Tab("funnel", "Funnel"),
    Tab("faults", "Faults", facts.operations),
    Tab("clock", "Clock"),
    Tab("team", "Team and audit log", account_facts.team),
    Tab("developer-access", "Developer Access", account_facts.account),
    Tab("upload", "Upload", account_facts.upload),
)
