"""locust's pages and the ones we add, as a performance engineer sees them in a browser."""

import contextlib
import http.cookiejar
import json
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.support.browser import WIDE, chromium, needs_chromium
from tests.support.load_support import ROOMY, SLO, broken_server, finish, free_port, keys_file, start_locust, wait_for

pytestmark = pytest.mark.slow


@contextlib.contextmanager
def pages(folder: Path, *more: object, environment: dict[str, str] | None = None) -> Iterator[str]:
    """locust's web UI in front of a good target. It is stopped afterwards; its exit code is the last verdict's."""
    slo_file, port = folder / "slo.toml", free_port()
    slo_file.write_text(SLO.format(p99=5000), encoding="utf-8")
    with broken_server(folder) as server:
        process = start_locust(
            *("--host", f"{server}/none/{ROOMY}", "--keys-file", keys_file(folder), "--slo-file", slo_file),
            *("--web-port", port, "--slo-json", folder / "slo.json", *more),
            environment=environment,
        )
        try:
            wait_for(lambda: answers(f"http://127.0.0.1:{port}/"))
            yield f"http://127.0.0.1:{port}"
        finally:
            process.terminate()
            (folder / "output").write_text(finish(process).output, encoding="utf-8")


def answers(url: str) -> bool:
    try:
        urllib.request.urlopen(url, timeout=5).close()  # noqa: S310 - our own server
    except OSError:
        return False
    return True


def get(url: str) -> str:
    with urllib.request.urlopen(url, timeout=10) as answer:  # noqa: S310 - our own server
        return str(answer.read().decode())


def cells(page: Page, tab: str) -> list[list[str]]:
    page.get_by_role("tab", name=tab).click()
    return [row.locator("td").all_inner_texts() for row in page.locator("tbody tr").all()]


@needs_chromium
def test_a_run_from_the_form_to_the_verdict(tmp_path: Path) -> None:
    with pages(tmp_path) as base, chromium() as browser:
        assert "SECRET" not in get(base), "a key in the source of the page"
        assert refuses_other_sites(base)
        page = browser.new_page(viewport=WIDE)
        page.goto(base)
        page.get_by_text("Advanced options").click()
        page.get_by_text("Custom parameters").click()
        expect(page.locator("input[name=profile]")).to_have_value("steady")
        assert "the user fields then have no effect" in page.content()
        page.locator("input[name=arrivalRate]").fill("40000000")
        page.get_by_role("button", name="Start").click()
        expect(page.get_by_text("Not started: ")).to_be_visible(timeout=20_000)
        page.locator("input[name=arrivalRate]").fill("60")
        page.locator("input[name=runTime]").fill("12s")
        page.locator("input[name=latencyLimit]").fill("4000")
        page.locator("input[name=maxErrorRatio]").fill("0.25")
        page.get_by_role("combobox").filter(has_text="browse").or_(page.locator("select[name=scenario]")).first.click()
        choose(page, "reader")
        page.get_by_role("button", name="Start").click()
        expect(page.get_by_role("tab", name="SLO")).to_be_visible(timeout=20_000)
        assert "A run is under way" in post(f"{base}/swarm", user_count="5", spawn_rate="5"), "an edit would spoil it"
        wait_for(lambda: any("p99_ms" in cell for row in cells(page, "SLO") for cell in row), 30)
        limits = {row[1].split()[-1]: row[2] for row in cells(page, "SLO") if row[1].startswith("POST")}
        assert (limits["p99_ms"], limits["max_error_ratio"]) == ("4,000", "0.25"), (
            "every promise is changed on the page"
        )
        assert {row[0] for row in cells(page, "Rate limit")} == {"org-0", "org-1"}
        first = final(base)
        assert (first["verdict"], first["exit_code"]) == ("PASS", 0), first["reasons"]
        page.reload()
        page.get_by_role("button", name="New").click()
        page.get_by_role("button", name="Start").click()
        wait_for(lambda: not json.loads(get(f"{base}/slo.json"))["final"], 30)
        second = final(base)
        for what in ("plan", "load", "target"):
            mine, other = ({**one, "ran_seconds": 0} if what == "plan" else one for one in (second[what], first[what]))
            assert mine == other, "a second run is the first one unless something was changed"
        assert [row["limit"] for row in second["rows"]] == [row["limit"] for row in first["rows"]]
        report = get(f"{base}/stats/report?download=1")
        assert report.count("id='slo'") == 1
        assert "SECRET" not in report + get(f"{base}/slo") + get(f"{base}/logs")
        see_the_verdict(browser, base)
    assert json.loads((tmp_path / "slo.json").read_text(encoding="utf-8"))["verdict"] == "PASS"
    assert "SECRET" not in (tmp_path / "output").read_text(encoding="utf-8")


def see_the_verdict(browser: Browser, base: str) -> None:
    """Check the verdict's page on desktop and phone, light and dark: verdict first, nothing wider than the screen."""
    grounds = set()
    for scheme in ("light", "dark"):
        for width in (1280, 390):
            page = browser.new_page(viewport={"width": width, "height": 844}, color_scheme=scheme)
            page.goto(f"{base}/slo")
            verdict = page.locator("#slo .verdict")
            expect(verdict).to_have_text("PASS")
            expect(verdict).to_be_in_viewport()
            expect(page.locator("#slo table").first).to_be_in_viewport()
            assert page.evaluate("document.documentElement.scrollWidth") <= width
            assert page.locator("svg polyline").count() >= 8
            grounds.add(page.locator("#slo").evaluate("one => getComputedStyle(one).backgroundColor"))
            page.close()
    assert len(grounds) == 2, "dark is dark"


def final(base: str) -> dict[str, Any]:
    wait_for(lambda: json.loads(get(f"{base}/slo.json"))["final"], 60)
    return dict(json.loads(get(f"{base}/slo.json")))


def post(url: str, **form: str) -> str:
    with urllib.request.urlopen(url, urllib.parse.urlencode(form).encode(), timeout=30) as answer:  # noqa: S310
        return str(answer.read().decode())


def test_a_start_without_the_profile_is_refused(tmp_path: Path) -> None:
    with pages(tmp_path, "--class-picker") as base:
        shapes = get(base)
        assert '"available_shape_classes": ["Profile"]' in shapes
        answer = post(f"{base}/swarm", user_count="5", spawn_rate="5", user_classes="Reader", shape_class="Default")
        assert "without it there is no profile" in answer
        assert '"success":false' in answer.replace(" ", "")


def choose(page: Page, option: str) -> None:
    select = page.locator("select[name=scenario]")
    if select.count():
        select.select_option(option)
    else:
        page.get_by_role("option", name=option, exact=True).click()


def test_beyond_loopback_the_pages_need_a_login(tmp_path: Path) -> None:
    keys = keys_file(tmp_path)
    for more, word in ((("--web-host", "0.0.0.0"), "needs --web-login"), (("--web-login",), "LEHNZ_WEB_USER")):  # noqa: S104
        result = finish(start_locust("--host", "http://127.0.0.1:9", "--keys-file", keys, *more))
        assert result.code == 2
        assert word in result.output
        assert "Traceback" not in result.output


def test_every_page_needs_the_login(tmp_path: Path) -> None:
    environment = {"LEHNZ_WEB_USER": "op", "LEHNZ_WEB_PASSWORD": "correct horse"}
    with pages(tmp_path, "--web-login", environment=environment) as base:
        for path in ("/", "/slo", "/slo.json", "/stats/requests"):
            assert landed(fresh(), f"{base}{path}").startswith(f"{base}/login"), path
        stranger, operator = fresh(), fresh()
        assert landed(stranger, f"{base}/login_submit", username="op", password="wrong").startswith(f"{base}/login")
        assert landed(stranger, f"{base}/slo").startswith(f"{base}/login")
        assert landed(operator, f"{base}/login_submit", username="op", password="correct horse") == f"{base}/"
        assert landed(operator, f"{base}/slo") == f"{base}/slo"


def refuses_other_sites(base: str) -> bool:
    """Check that a start from another site is refused, and so is a foreign host name that points to this address."""
    codes = []
    for path, headers, data in (
        ("/swarm", {"Origin": "http://evil.example"}, b"user_count=1"),
        ("/slo.json", {"Host": "evil.example"}, None),
    ):
        request = urllib.request.Request(f"{base}{path}", headers=headers, data=data)  # noqa: S310 - our own server
        with pytest.raises(urllib.error.HTTPError) as caught:
            urllib.request.urlopen(request, timeout=5)  # noqa: S310
        codes.append(caught.value.code)
        caught.value.close()
    return codes == [403, 403]


def fresh() -> urllib.request.OpenerDirector:
    return urllib.request.build_opener(urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar()))


def landed(browser: urllib.request.OpenerDirector, url: str, **form: str) -> str:
    data: Any = urllib.parse.urlencode(form).encode() if form else None
    with browser.open(url, data, timeout=10) as answer:
        return str(answer.geturl())
