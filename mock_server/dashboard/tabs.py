"""The tabs of the dashboard, in order. Each has a row here, templates/NAME.html.jinja and assets/NAME.js."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from mock_server.dashboard import account_tab_context, tab_context


@dataclass(frozen=True, slots=True)
class Tab:
    """A tab. `context`: makes the values that its template needs in addition to those of every page."""

    name: str
    title: str
    context: Callable[[tab_context.View], dict[str, Any]] = tab_context.none
    path: str = ""

    @property
    def address(self) -> str:
        """The path of the tab below /_mock."""
        return self.path or f"/ui/{self.name}"


TABS = (
    Tab("overview", "Overview", tab_context.overview, path="/"),
    Tab("requests", "Live requests", tab_context.requests),
    Tab("catalogue", "Catalogue and users"),
    Tab("shop", "Bring your own shop"),
    Tab("try", "Try it", tab_context.strategies),
    Tab("funnel", "Funnel"),
    Tab("faults", "Faults", tab_context.operations),
    Tab("clock", "Clock"),
    Tab("team", "Team and audit log", account_tab_context.team),
    Tab("developer-access", "Developer Access", account_tab_context.account),
    Tab("upload", "Upload", account_tab_context.upload),
)
