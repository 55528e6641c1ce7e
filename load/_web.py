"""Additions to locust's pages: the tabs "SLO" and "Rate limit", the page /slo, a section in the report, a login."""

import hmac
import json
import os
import secrets
from typing import Any
from urllib.parse import urlsplit

import flask
from locust.env import Environment

from load import _pages, _reports
from load._options import LOOPBACKS
from load._profiles import read_profiles
from load._referee import Referee

_SLO_COLUMNS = {
    "verdict": "",
    "promise": "Promise",
    "limit": "Limit",
    "now": "Now",
    "samples": "Samples",
    "over": "Over",
}
_RATE_LIMIT_COLUMNS = {
    "organisation": "Organisation",
    "limit": "Limit",
    "remaining": "Remaining",
    "reset": "Reset (s)",
    "sent": "Sent",
    "limited": "429 share",
}
SHAPE = "Profile"  # the class in _hooks
# locust's tables show only text, so a verdict has a mark; our stylesheet adds a colour
_PAINT = """<script>{
const paint = () => {
  const dark = Number((getComputedStyle(document.body).backgroundColor.match(/\\d+/) || [255])[0]) < 128;
  const colours = {'\u2716': dark ? '#f44336' : '#d32f2f', '\u2714': dark ? '#4ade80' : '#15803d',
    '?': dark ? '#fbbf24' : '#b45309'};
  for (const cell of document.querySelectorAll('td')) {
    const colour = cell.textContent[1] === ' ' && colours[cell.textContent[0]] || '';
    if ((cell.dataset.slo || '') !== colour) {
      cell.dataset.slo = colour; cell.style.color = colour; cell.style.fontWeight = colour && 500;
    }
  }
};
new MutationObserver(paint).observe(document.body, {childList: true, subtree: true, characterData: true});
}</script>"""
_START_TIMEOUT_S = 90.0  # seconds that a click on Start waits for the check of generators and target


def extend(environment: Environment, referee: Referee) -> None:
    """Add everything to the pages of this environment; do nothing without a web UI."""
    ui = environment.web_ui
    if ui is None or ui.app is None:
        return
    app: Any = ui.app
    protected: Any = ui.auth_required_if_enabled
    ui.template_args["all_profiles"] = list(read_profiles())
    ui.template_args["extended_tabs"] = [{"title": "SLO", "key": "slo"}, {"title": "Rate limit", "key": "rate-limit"}]
    ui.template_args["extended_tables"] = [
        {"key": "slo", "structure": _structure(_SLO_COLUMNS)},
        {"key": "rate-limit", "structure": _structure(_RATE_LIMIT_COLUMNS)},
    ]
    ui.template_args["extended_csv_files"] = [
        {"href": "./slo.json", "title": "SLO verdict as JSON"},
        {"href": "./slo", "title": "SLO verdict with charts"},
    ]
    _keep_settings(ui)
    base = getattr(environment.parsed_options, "web_base_path", "") or ""

    def slo_page() -> str:
        run = referee.run
        return _pages.page(run.result() if run else None, refresh=bool(run and not run.closed))

    def slo_json() -> Any:
        run = referee.run
        return _reports.to_json(run.result()) if run else ({"verdict": None, "reasons": ["no run yet"]}, 404)

    app.add_url_rule(f"{base}/slo", view_func=protected(slo_page))
    app.add_url_rule(f"{base}/slo.json", view_func=protected(slo_json))
    app.before_request(lambda: _refuse_other_sites(ui.web_login))
    app.before_request(lambda: _refuse_start(referee))
    app.after_request(lambda response: _enrich(response, referee))
    if ui.web_login:
        _add_login(ui, base)


def _refuse_other_sites(login: bool) -> None:
    """Refuse calls of other web sites, which locust would accept: a site that is open in the same browser must not
    start load."""
    host, origin = flask.request.host, flask.request.headers.get("Origin")
    if origin and urlsplit(origin).netloc != host:
        flask.abort(403, "another site's page may not call this one")
    if not login and urlsplit(f"//{host}").hostname not in LOOPBACKS:
        flask.abort(403, "without a login these pages are served for loopback names only")


def _keep_settings(ui: Any) -> None:
    """Keep the last run's values in the form after a reload, and offer no shape but ours, which provides profile, plan
    and verdict."""
    update = ui.update_template_args

    def update_with_ours() -> None:
        update()
        options = vars(ui.environment.parsed_options)
        for name, facts in ui.template_args["extra_options"].items():
            if name in options and not facts["is_secret"]:
                facts["default_value"] = options[name]
        ui.template_args["available_shape_classes"] = [SHAPE]

    ui.update_template_args = update_with_ours


def _refuse_start(referee: Referee) -> Any:
    """Refuse a start that would change a running test, or that would have no plan."""
    if flask.request.endpoint != "locust.swarm":
        return None
    run, form = referee.run, flask.request.form
    if run is not None and run.running:
        return _refusal(referee, "A run is under way. Stop it first: a change now would make its verdict INVALID.")
    if form.get("shape_class", SHAPE) != SHAPE:
        return _refusal(referee, f"Choose the shape {SHAPE}: without it there is no profile, and nothing to judge by.")
    return None


def _refusal(referee: Referee, message: str) -> Any:
    return flask.jsonify({"success": False, "message": message, "host": referee.environment.host})


def _enrich(response: flask.Response, referee: Referee) -> flask.Response:
    """Add our data to locust's responses, by endpoint because paths change with --web-base-path."""
    endpoint, run = flask.request.endpoint, referee.run
    if response.status_code != 200:
        return response
    if endpoint == "locust.swarm":
        return _explain_refusal(response, referee)
    if endpoint == "locust.index":
        place = (page := response.get_data(as_text=True)).rindex("</body>")
        response.set_data(page[:place] + _PAINT + page[place:])
    elif run and endpoint == "locust.request_stats" and response.is_json:
        result = run.result()
        tables = [
            {"key": "slo", "data": _pages.slo_rows(result)},
            {"key": "rate-limit", "data": _pages.rate_limit_rows(result)},
        ]
        response.set_data(json.dumps({**(response.json or {}), "extended_stats": tables}))
    elif run and endpoint == "locust.stats_report":
        response.set_data(_reports.with_section(response.get_data(as_text=True), run.result()))
    return response


def _explain_refusal(response: flask.Response, referee: Referee) -> flask.Response:
    """Show in the form why a start can't be judged."""
    if not (response.json or {}).get("success"):
        return response
    run = referee.next_run(_START_TIMEOUT_S)
    if run is not None and run.closed and not run.started_at:
        text = "Not started: " + "; ".join(run.invalid)
        response.set_data(json.dumps({"success": False, "message": text, "host": referee.environment.host}))
    return response


def _structure(columns: dict[str, str]) -> list[dict[str, str]]:
    return [{"key": key, "title": title} for key, title in columns.items()]


def _add_login(ui: Any, base: str) -> None:
    """Require the login of one user, from LEHNZ_WEB_USER and LEHNZ_WEB_PASSWORD."""
    from flask_login import UserMixin, login_user

    class Operator(UserMixin):  # type: ignore[misc, unused-ignore] # flask_login has no types
        def get_id(self) -> str:
            return "operator"

    ui.app.config["SECRET_KEY"] = secrets.token_hex(32)
    ui.app.config["SESSION_COOKIE_SAMESITE"] = "Lax"
    ui.login_manager.user_loader(lambda _: Operator())
    ui.auth_args = {"username_password_callback": f"{base}/login_submit", "title": "Load tests"}

    def login_submit() -> Any:
        given = [flask.request.form.get(name, "") for name in ("username", "password")]
        wanted = [os.environ[name] for name in ("LEHNZ_WEB_USER", "LEHNZ_WEB_PASSWORD")]
        right = [hmac.compare_digest(one.encode(), other.encode()) for one, other in zip(given, wanted, strict=True)]
        if all(right):
            login_user(Operator())
            return flask.redirect(flask.url_for("locust.index"))
        flask.session["auth_error"] = "Wrong user name or password"
        return flask.redirect(flask.url_for("locust.login"))

    ui.app.add_url_rule(f"{base}/login_submit", view_func=login_submit, methods=["POST"])
