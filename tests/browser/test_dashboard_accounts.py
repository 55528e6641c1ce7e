"""The account side's tabs as people use them: signing in, teams, key pairs, uploads, the audit log."""

import re
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Browser, Page, ViewportSize, expect

from fixtures.mock_process import RunningMock, running_mock
from mock_server.dashboard import pages
from tests.support.browser import PHONE, WIDE, Scheme, needs_chromium
from tests.support.dashboard_accounts import CATALOG, PASSWORD, Person, a_shop, a_team_at_work, register
from tests.support.dashboard_support import (
    HOSTILE,
    TLS,
    Defect,
    control,
    defects,
    listen,
    needs_axe,
    send,
    settled,
    start_afresh,
)
from tests.support.shipped import SPEC

pytestmark = needs_chromium
TABS = ("team", "developer-access", "upload")

expect.set_options(timeout=30_000)  # milliseconds; a busy machine renders slowly


@pytest.fixture(scope="module")
def mock() -> Iterator[RunningMock]:
    with running_mock("--ingest-delay", "0") as mock:
        yield mock


@pytest.fixture
def page(browser: Browser, mock: RunningMock, complaints: list[str]) -> Iterator[Page]:
    """A browser that nobody is signed in with, on a fresh mock; no address that it asks for holds a token."""
    start_afresh(mock)
    addresses: list[str] = []
    with browser.new_context(viewport=WIDE, base_url=mock.url) as context:
        page = context.new_page()
        page.on("dialog", lambda dialog: dialog.accept())
        page.on("request", lambda request: addresses.append(request.url))
        listen(page, mock, complaints)
        yield page
    assert complaints == []
    assert [address for address in addresses if "eyJ" in address or "token" in address] == []


def fill_in(page: Page, form: str, **fields: str) -> None:
    """Fill and send one of the two forms of somebody who is not signed in."""
    for name, value in fields.items():
        page.locator(f"#{form}-{name}").fill(value)
    page.locator(f"#{form}").get_by_role("button").click()


def test_a_shop_is_opened_staffed_filled_and_given_keys_and_the_audit_log_tells_it(
    page: Page, mock: RunningMock
) -> None:
    register(mock, "Grace", "grace@shop.test")
    page.goto("/_mock/ui/team")
    fill_in(page, "register", name="Ada", email="ada@shop.test", password=PASSWORD)
    expect(page.get_by_text("You are in none yet.")).to_be_visible()
    page.get_by_label("New organisation").fill("Crème & Co")
    page.get_by_role("button", name="Make it").click()
    page.wait_for_url("**/team?tenant_id=creme-co")
    expect(page.locator("#own-role")).to_have_text("OWNER in Crème & Co")

    page.get_by_role("region", name="Invite").get_by_label("Email").fill("grace@shop.test")
    page.get_by_role("button", name="Invite").click()
    members = page.locator("#members tbody tr")
    expect(members).to_have_count(2)
    expect(members.last.get_by_role("combobox")).to_have_value("DEVELOPER")

    page.get_by_role("link", name="Upload").click()
    page.get_by_label("Drag a CSV or JSON file here").set_input_files(CATALOG)
    page.get_by_role("button", name="Upload").click()
    expect(page.locator("#detail")).to_contain_text("All 4 items were taken.")

    page.get_by_role("link", name="Developer Access").click()
    expect(page.get_by_text("No key pair yet")).to_be_visible()
    page.get_by_role("button", name="Generate a key pair").click()
    new = page.get_by_role("group", name="The new key pair")
    expect(new).to_be_focused()
    publishable, secret = (new.locator(f"#{name}-new").inner_text() for name in ("publishable", "secret"))
    served = send(mock, "/v1/recommend", {"strategy": "popular"}, publishable)
    assert sorted(served.json()["data"]["recommended_items"]) == ["PROD-001", "PROD-002", "PROD-003"]
    item = {"item_id": "PROD-005", "item_type": "product", "status": "active"}
    assert send(mock, "/v1/ingest/items/upsert", item, secret).status_code == 202
    page.get_by_role("button", name=f"Revoke {publishable}").click()
    expect(page.locator("#keys")).to_contain_text("revoked")
    assert send(mock, "/v1/recommend", {"strategy": "popular"}, publishable).status_code == 401
    assert send(mock, "/v1/ingest/items/upsert", item, secret).status_code == 401

    page.get_by_role("link", name="Team and audit log").click()
    log = page.locator("#audit tbody tr")
    expect(log).to_have_count(5)
    expect(log).to_contain_text(
        ["Revoke a key pair", "Generate a key pair", "catalog.csv", "grace@shop.test", "Crème & Co"]
    )
    expect(log.first).to_contain_text("ada@shop.test")
    expect(log.first).to_contain_text("127.0.0.1")
    assert secret not in page.content()


def test_what_a_member_may_not_do_is_shown_with_the_reason_and_not_even_asked(page: Page, mock: RunningMock) -> None:
    _, _, eve, tenant_id = a_team_at_work(mock)
    statuses: set[int] = set()
    page.on("response", lambda response: statuses.add(response.status))
    eve.sign_in(page)
    for tab, region, controls in [
        ("team", "This organisation", ["Rename"]),
        ("team", "Invite somebody", ["Invite"]),
        ("team", "Members", ["Remove ada@shop.test", "Remove grace@shop.test"]),
        ("developer-access", "Key pairs", ["Generate a key pair"]),
    ]:
        page.goto(f"/_mock/ui/{tab}?tenant_id={tenant_id}")
        expect(page.locator("#own-role")).to_have_text("MEMBER in Glow Beauty")
        part = settled(page).get_by_role("region", name=region)
        expect(part).to_contain_text(re.compile(r"Your role is MEMBER; OWNER.* and \w+ may do this\."))
        for name in controls:
            expect(part.get_by_role("button", name=name)).to_be_disabled()
    page.goto(f"/_mock/ui/upload?tenant_id={tenant_id}")
    expect(page.locator("#uploads tbody tr")).to_have_count(2)
    expect(page.get_by_role("button", name="Upload")).to_be_disabled()
    expect(page.get_by_role("form", name="Upload a file")).to_contain_text("Your role is MEMBER")
    assert statuses <= {200, 304}


def test_who_lost_a_role_meanwhile_is_refused_in_words_and_sees_the_new_one(
    page: Page, mock: RunningMock, complaints: list[str]
) -> None:
    ada, grace, _, tenant_id = a_team_at_work(mock)
    grace.sign_in(page)
    reason = "Your role is MEMBER; OWNER, ADMIN and DEVELOPER may do this."
    for tab, press in [("developer-access", "Generate a key pair"), ("upload", "Upload")]:
        ada.ask("PATCH", f"/organisations/{tenant_id}/members/{grace.account_id}", {"role": "DEVELOPER"})
        page.goto(f"/_mock/ui/{tab}?tenant_id={tenant_id}")
        expect(page.locator("#own-role")).to_have_text("DEVELOPER in Glow Beauty")
        if tab == "upload":
            page.get_by_label("Drag a CSV").set_input_files(CATALOG)
        ada.ask("PATCH", f"/organisations/{tenant_id}/members/{grace.account_id}", {"role": "MEMBER"})
        page.get_by_role("button", name=press).click()
        expect(page.locator("#notices, #upload-error").filter(has_text=reason)).to_be_visible()
        expect(page.locator("#own-role")).to_have_text("MEMBER in Glow Beauty")
        expect(page.get_by_role("button", name=press)).to_be_disabled()
    assert len(complaints) == 2
    complaints.clear()
    refused = ada.ask("GET", f"/organisations/{tenant_id}/audit-log?outcome=refused")["entries"]
    assert [each["action"] for each in refused] == ["startUpload", "generateKeyPair"]


def test_a_wrong_password_is_told_and_the_eleventh_attempt_waits_for_the_button(
    page: Page, mock: RunningMock, complaints: list[str]
) -> None:
    page.goto("/_mock/ui/team")
    fill_in(page, "login", email="nobody@shop.test", password="wrong password")
    expect(page.locator("#login-error")).to_have_text("No account has this address and this password.")
    for _ in range(9):
        httpx.post(
            f"{mock.url}/auth/login", json={"email": "nobody@shop.test", "password": "wrong password"}, verify=TLS
        )
    fill_in(page, "login", email="nobody@shop.test", password="wrong password")
    expect(page.locator("#login-error")).to_contain_text("Too many attempts from your address")
    for form in ("login", "register"):
        button = page.locator(f"#{form}").get_by_role("button")
        expect(button).to_be_disabled()
        expect(button).to_have_text(re.compile(r"^Wait 14 min [1-5]?\d s$"))
    control(mock, "POST", "/clock/advance", {"seconds": 900})
    page.reload()
    fill_in(page, "register", name="Ada", email="ada@shop.test", password=PASSWORD)
    expect(page.locator("#who")).to_have_text("Ada")
    complaints.clear()


def test_the_wait_ends_by_itself(page: Page, complaints: list[str]) -> None:
    page.route(
        "**/auth/login",
        lambda route: route.fulfill(status=429, headers={"Retry-After": "2"}, json={"error": "used up"}),
    )
    page.goto("/_mock/ui/team")
    fill_in(page, "login", email="ada@shop.test", password=PASSWORD)
    button = page.locator("#login").get_by_role("button")
    expect(button).to_have_text("Wait 2 s")
    expect(button).to_have_text("Sign in")
    expect(button).to_be_enabled()
    expect(page.locator("#login-error")).to_have_text("")
    complaints.clear()


def test_an_expired_token_asks_to_sign_in_again_and_the_page_goes_on(
    page: Page, mock: RunningMock, complaints: list[str]
) -> None:
    *_, tenant_id = a_team_at_work(mock)
    page.goto(f"/_mock/ui/developer-access?tenant_id={tenant_id}")
    fill_in(page, "login", email="ada@shop.test", password=PASSWORD)
    expect(page.locator("#keys li")).to_have_count(2)
    control(mock, "POST", "/clock/advance", {"seconds": SPEC.document["x-limits"]["token_seconds"]})
    page.get_by_role("button", name="Generate a key pair").click()
    expect(page.locator("#signed-out-reason")).to_have_text("The bearer token has expired; sign in again.")
    expect(page.locator("#login-email")).to_be_focused()
    fill_in(page, "login", email="ada@shop.test", password=PASSWORD)
    expect(page.locator("#keys li")).to_have_count(2)
    expect(page.locator("#signed-out-reason")).to_be_hidden()
    complaints.clear()


def test_signing_out_leaves_nothing_behind(page: Page, mock: RunningMock) -> None:
    ada, tenant_id = a_shop(mock)
    page.goto(f"/_mock/ui/developer-access?tenant_id={tenant_id}")
    fill_in(page, "login", email="ada@shop.test", password=PASSWORD)
    page.get_by_role("button", name="Generate a key pair").click()
    secret = page.locator("#secret-new").inner_text()
    page.reload()
    expect(page.locator("#keys li")).to_have_count(1)
    assert secret not in page.content(), "it is shown once"
    page.get_by_role("button", name="Generate a key pair").click()
    expect(page.locator("#secret-new")).to_be_visible()
    page.get_by_role("button", name="Sign out").click()
    expect(page.locator("#login-email")).to_be_focused()
    expect(page.locator("#secret-new")).to_have_count(0)
    assert page.evaluate("JSON.stringify([sessionStorage, localStorage, document.cookie])") == '[{},{},""]'
    page.reload()
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
    assert ada.account_id not in page.content()


def test_a_secret_key_is_gone_when_the_page_was_left(page: Page, mock: RunningMock) -> None:
    ada, tenant_id = a_shop(mock)
    ada.sign_in(page)
    page.goto(f"/_mock/ui/developer-access?tenant_id={tenant_id}")
    page.get_by_role("button", name="Generate a key pair").click()
    expect(page.get_by_text("it is shown this once")).to_be_visible()
    page.evaluate("dispatchEvent(new PageTransitionEvent('pagehide', {persisted: true}))")
    expect(page.locator("#secret-new")).to_have_count(0)


def test_development_keys_stay_visible_to_who_was_let_in(page: Page, mock: RunningMock) -> None:
    register(mock, "Ada", "ada@shop.test").sign_in(page)
    page.goto("/_mock/ui/developer-access?tenant_id=glow-beauty-ng")
    page.get_by_label("As", exact=True).select_option("DEVELOPER")
    page.get_by_role("button", name="Let me into glow-beauty-ng").click()
    expect(page.locator("#secret-development")).to_have_text(mock.secret_key)
    expect(page.locator("#publishable-development")).to_have_text(mock.publishable_key)
    expect(page.get_by_role("button", name="Revoke")).to_have_count(0)


def test_roles_are_given_and_taken_and_the_last_owner_stays(page: Page, mock: RunningMock) -> None:
    ada, grace, _, tenant_id = a_team_at_work(mock)
    ada.sign_in(page)
    page.goto(f"/_mock/ui/team?tenant_id={tenant_id}")
    own = page.get_by_label("Role of ada@shop.test")
    expect(own).to_be_disabled()
    expect(page.locator("#members tbody tr").first).to_contain_text("The last OWNER stays.")
    page.get_by_label("Role of grace@shop.test").select_option("OWNER")
    expect(own).to_be_enabled()
    expect(page.get_by_label("Role of grace@shop.test")).to_be_focused()
    own.select_option("ADMIN")
    expect(page.locator("#own-role")).to_have_text("ADMIN in Glow Beauty")
    expect(page.get_by_label("Role of grace@shop.test")).to_be_disabled()
    expect(page.locator("#members tbody tr").nth(1)).to_contain_text("An OWNER is above your role.")
    expect(page.locator("#member-role option[value=OWNER], #member-role option:disabled")).to_have_text(["OWNER"])
    page.get_by_role("button", name="Remove eve@shop.test").click()
    expect(page.locator("#members tbody tr")).to_have_count(2)
    expect(page.locator("#audit tbody tr").first).to_contain_text("Remove a member")
    page.get_by_role("button", name="Leave it").click()
    expect(page.get_by_role("heading", name=f"You are not in {tenant_id}")).to_be_visible()
    assert [each["email"] for each in grace.ask("GET", f"/organisations/{tenant_id}/members")["members"]] == [
        "grace@shop.test"
    ]


def test_an_invitation_of_a_stranger_is_refused_in_words(page: Page, mock: RunningMock, complaints: list[str]) -> None:
    ada, *_, tenant_id = a_team_at_work(mock)
    ada.sign_in(page)
    page.goto(f"/_mock/ui/team?tenant_id={tenant_id}")
    invite = page.get_by_role("region", name="Invite somebody")
    for email, words in [("new@shop.test", "ask its owner to register first"), ("eve@shop.test", "a member already")]:
        invite.get_by_label("Email").fill(email)
        page.keyboard.press("Enter")
        expect(invite.get_by_role("alert")).to_contain_text(words)
    complaints.clear()


def test_the_audit_log_is_filtered_turned_and_shared_by_its_address(page: Page, mock: RunningMock) -> None:
    ada, *_, tenant_id = a_team_at_work(mock)
    for number in range(16):
        ada.ask("PATCH", f"/organisations/{tenant_id}", {"name": f"Shop {number}"})
    ada.sign_in(page)
    page.goto(f"/_mock/ui/team?tenant_id={tenant_id}")
    log = page.locator("#audit tbody tr")
    expect(log).to_have_count(20)
    page.get_by_role("button", name="Older").click()
    expect(log).to_have_count(4)
    expect(page.locator("#where")).to_have_text("24 in all, page 2 of 2")
    page.reload()
    expect(log).to_have_count(4)
    filters = page.get_by_role("search", name="Audit log")
    filters.get_by_label("What").select_option("Generate a key pair")
    expect(log).to_have_count(2)
    filters.get_by_label("Who").select_option("grace@shop.test")
    expect(log).to_have_count(1)
    page.reload()
    expect(log).to_have_count(1)
    expect(filters.get_by_label("Who")).to_have_value(re.compile(r"^[0-9a-f-]{36}$"))
    filters.get_by_label("Outcome").select_option("refused")
    expect(page.get_by_text("Nothing of this kind was done yet.")).to_be_visible()
    filters.get_by_label("Outcome").select_option("any")
    filters.get_by_label("Until").fill("2020-01-01T00:00:00")
    expect(page.locator("#where")).to_have_text("0 in all, page 1 of 1")


def test_a_suspended_organisation_says_so_until_that_ends(page: Page, mock: RunningMock) -> None:
    ada, tenant_id = a_shop(mock)
    ada.sign_in(page)
    page.goto(f"/_mock/ui/team?tenant_id={tenant_id}")
    page.get_by_role("button", name="Suspend it").click()
    expect(page.get_by_role("heading", name=f"{tenant_id} is suspended")).to_be_visible()
    expect(page.locator("#inside")).to_be_hidden()
    page.get_by_role("button", name="End the suspension").click()
    expect(page.locator("#audit tbody tr").first).to_contain_text("whoever runs the mock")


def test_what_people_and_files_are_called_stays_text(page: Page, mock: RunningMock) -> None:
    hostile = HOSTILE[:100]
    ada, tenant_id = a_shop(mock, hostile, hostile)
    name = "<img src=x onerror=alert(1)>.csv"
    ada.upload(tenant_id, f"item_id,item_type,status\n1,product,{hostile[:40].replace(chr(34), '')}\n".encode(), name)
    ada.sign_in(page)
    page.goto(f"/_mock/ui/team?tenant_id={tenant_id}")
    expect(page.locator("#members")).to_contain_text(hostile)
    expect(page.locator("#audit")).to_contain_text(name)
    expect(page.locator("#who")).to_have_text(hostile)
    assert page.locator("img").count() == 1, "the one of the frame"
    page.goto(f"/_mock/ui/upload?tenant_id={tenant_id}")
    page.get_by_role("link", name=name).click()
    expect(page.locator("#detail h2")).to_have_text(name)
    assert page.locator("img").count() == 1
    assert page.title() == f"Upload - {tenant_id}"


def test_names_as_long_as_they_may_be_fit_a_phone(page: Page, mock: RunningMock) -> None:
    ada = register(mock, "N" * 100, f"{'a' * 60}@{'b' * 60}.{'c' * 60}.test")
    tenant_id = ada.ask("POST", "/organisations", {"name": "O" * 100})["tenant_id"]
    upload_id = ada.upload(tenant_id, b"x" * 400 + b",status\n", f"{'f' * 190}.csv")["upload_id"]
    control(mock, "POST", "/organisations", {"tenant_id": "t" * 63})
    ada.sign_in(page)
    page.set_viewport_size(PHONE)
    for address in [
        *(f"/ui/{tab}?tenant_id={tenant_id}" for tab in TABS),
        f"/ui/upload?tenant_id={tenant_id}&id={upload_id}",
        f"/ui/team?tenant_id={'t' * 63}",
    ]:
        page.goto(f"/_mock{address}")
        expect(page.locator("#who")).to_have_text("N" * 100)
        settled(page)
        assert page.evaluate("document.documentElement.scrollWidth") == PHONE["width"], address


def test_a_file_is_dropped_and_its_errors_are_told_line_by_line(page: Page, mock: RunningMock) -> None:
    ada, tenant_id = a_shop(mock)
    ada.sign_in(page)
    page.goto(f"/_mock/ui/upload?tenant_id={tenant_id}")
    drop(settled(page), "people.csv", "user_id,status,created_at\nu1,active,2026-02-01\nu2,asleep,2026-02-01\nu3\n")
    expect(page.locator("#file-about")).to_have_text("people.csv, 1 KiB")
    page.get_by_label("What its rows are").select_option("users")
    expect(page.get_by_role("link", name="Download users.csv")).to_be_visible()
    expect(page.get_by_role("link", name="Download catalog.csv")).to_be_hidden()
    page.get_by_role("button", name="Upload").click()
    detail = page.get_by_role("complementary", name="Chosen upload")
    expect(detail).to_contain_text("1 row of 3 taken; the others have errors.")
    expect(detail.get_by_role("cell")).to_have_text(
        [
            "3",
            "$.status",
            re.compile("must be one of"),
            "4",
            "the line",
            "1 value for 3 columns",
        ]
    )
    page.reload()
    expect(detail).to_contain_text("1 row of 3 taken")

    page.get_by_label("What its rows are").select_option("users")
    drop(page, "people.csv", "user_id,status,created_at\nu4,active,2026-02-01\nu5\n")
    page.get_by_label("All or nothing").check()
    page.get_by_role("button", name="Upload").click()
    expect(detail).to_contain_text("Nothing was taken: 1 error")
    expect(detail.locator("dd")).to_have_text(["2", "0", "1"])


def choose(page: Page, name: str, content: bytes) -> None:
    page.get_by_label("Drag a CSV").set_input_files({"name": name, "mimeType": "text/csv", "buffer": content})


def drop(page: Page, name: str, content: str) -> None:
    """Let a file go over the form, as a mouse does."""
    files = page.evaluate_handle(
        """([name, content]) => {
             const drag = new DataTransfer();
             drag.items.add(new File([content], name));
             return drag;
           }""",
        [name, content],
    )
    page.dispatch_event("#drop", "drop", {"dataTransfer": files})


def test_a_file_that_can_not_be_read_says_why(page: Page, mock: RunningMock) -> None:
    ada, tenant_id = a_shop(mock)
    ada.sign_in(page)
    page.goto(f"/_mock/ui/upload?tenant_id={tenant_id}")
    for name, content, words in [
        ("empty.csv", b"", "is empty: the first line names the columns"),
        ("nameless.csv", b"name,price\nShoes,12\n", "there is no column item_id"),
    ]:
        choose(page, name, content)
        page.get_by_role("button", name="Upload").click()
        expect(page.locator("#detail h2")).to_have_text(name)
        expect(page.locator("#detail")).to_contain_text("It could not be read to its end")
        expect(page.locator("#detail")).to_contain_text(words)


def test_a_file_that_is_too_large_is_told_before_and_after_it_is_sent(
    page: Page, mock: RunningMock, complaints: list[str]
) -> None:
    ada, tenant_id = a_shop(mock)
    ada.sign_in(page)
    page.goto(f"/_mock/ui/upload?tenant_id={tenant_id}")
    choose(page, "large.csv", b"x" * (2**20 + 1))
    page.locator("#upload").evaluate("form => { form.dataset.maxBytes = 2 ** 20; }")
    page.get_by_role("button", name="Upload").click()
    words = "large.csv has 1 MiB. An upload, with the few lines around the file, may have 1 MiB: split the file."
    expect(page.locator("#upload-error")).to_have_text(words)
    page.locator("#upload").evaluate("form => { form.dataset.maxBytes = 32 * 2 ** 20; }")
    page.route("**/uploads?**", lambda route: route.fulfill(status=413, json={"error": "at most 33554432 bytes"}))
    page.get_by_role("button", name="Upload").click()
    expect(page.locator("#upload-error")).to_contain_text("may have 32 MiB: split the file.")
    complaints.clear()


def test_progress_is_shown_while_a_file_is_read(page: Page, mock: RunningMock) -> None:
    ada, tenant_id = a_shop(mock)
    ada.sign_in(page)
    rows = "".join(f"PROD-{number},product,active\n" for number in range(10_000))
    page.goto(f"/_mock/ui/upload?tenant_id={tenant_id}")
    settled(page)
    page.evaluate(
        """seen = []; new MutationObserver(() => {
             const bar = document.querySelector("#detail progress"); if (bar) seen.push(bar.value);
           }).observe(document.getElementById("detail"), {childList: true, subtree: true})"""
    )
    drop(page, "large.csv", f"item_id,item_type,status\n{rows}")
    page.get_by_role("button", name="Upload").click()
    expect(page.locator("#detail")).to_contain_text("All 10,000 items were taken.")
    seen = page.evaluate("seen")
    assert seen == sorted(seen)
    assert seen[0] < 1
    assert seen[-1] == 1


def test_a_sample_to_download_is_one_that_is_taken_whole(page: Page, mock: RunningMock) -> None:
    ada, tenant_id = a_shop(mock)
    ada.sign_in(page)
    page.goto(f"/_mock/ui/upload?tenant_id={tenant_id}")
    for kind, file in [("items", "catalog.csv"), ("users", "users.csv")]:
        page.get_by_label("What its rows are").select_option(kind)
        with page.expect_download() as download:
            page.get_by_role("link", name=f"Download {file}").click()
        page.get_by_label("Drag a CSV").set_input_files(Path(download.value.path()))
        page.get_by_role("button", name="Upload").click()
        expect(page.locator("#detail")).to_contain_text(re.compile(rf"All \d {kind} were taken\."))


def test_the_sample_is_the_documented_one() -> None:
    assert (pages.HERE / "assets/catalog.csv").read_bytes() == CATALOG.read_bytes()


def test_a_part_that_gets_no_answer_says_so_and_can_be_asked_again(
    page: Page, mock: RunningMock, complaints: list[str]
) -> None:
    ada, *_, tenant_id = a_team_at_work(mock)
    ada.sign_in(page)
    for pattern, tab, region in [
        ("**/organisations", "team", "#entering"),
        ("**/audit-log?**", "team", "#audit"),
        ("**/keys", "developer-access", "#keys"),
        ("**/uploads", "upload", "#uploads"),
    ]:
        page.route(pattern, lambda route: route.abort())
        page.goto(f"/_mock/ui/{tab}?tenant_id={tenant_id}")
        failure = page.locator(region).get_by_role("alert")
        expect(failure).to_contain_text("The mock does not answer")
        page.unroute(pattern)
        failure.get_by_role("button", name="Try again").click()
        expect(failure).to_have_count(0)
    expect(page.locator("#uploads tbody tr")).to_have_count(2)
    complaints.clear()


def test_a_keyboard_alone_registers_comes_in_and_uploads(page: Page) -> None:
    page.goto("/_mock/ui/upload")
    settled(page).locator("#register-name").focus()
    for text in ("Ada", "ada@shop.test", PASSWORD):
        page.keyboard.insert_text(text)
        page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator("#main")).to_be_focused()
    page.keyboard.press("Tab")
    expect(page.get_by_role("button", name="Sign out")).to_be_focused()
    page.keyboard.press("Tab")
    expect(page.get_by_label("As", exact=True)).to_be_focused()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator("#own-role")).to_have_text("OWNER in glow-beauty-ng")
    page.locator("#all_or_nothing").focus()
    page.keyboard.press("Tab")
    expect(page.get_by_label("Drag a CSV")).to_be_focused()
    with page.expect_file_chooser() as chooser:
        page.keyboard.press("Space")
    chooser.value.set_files(CATALOG)
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator("#detail")).to_be_focused()
    expect(page.locator("#detail")).to_contain_text("All 4 items were taken.")


@needs_axe
@pytest.mark.parametrize(("scheme", "size"), [("light", WIDE), ("dark", PHONE)])
def test_nothing_is_inaccessible_wider_than_the_page_or_jumps_for_who_is_signed_in(
    browser: Browser, mock: RunningMock, scheme: Scheme, size: ViewportSize
) -> None:
    start_afresh(mock)
    ada, _, eve, tenant_id = a_team_at_work(mock)
    upload_id = ada.ask("GET", f"/organisations/{tenant_id}/uploads")["uploads"][0]["upload_id"]
    found: list[Defect] = []

    def look(person: Person, *addresses: str) -> None:
        with browser.new_context(viewport=size, color_scheme=scheme, base_url=mock.url) as context:
            page = context.new_page()
            person.sign_in(page)
            for address in addresses:
                found.extend(defects(page, address))

    inside = [f"/ui/{tab}?tenant_id={tenant_id}" for tab in TABS]
    look(ada, *inside[:2], f"{inside[-1]}&id={upload_id}", "/ui/upload")
    look(eve, inside[0])
    assert found == []
