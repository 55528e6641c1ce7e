"""The account tabs as people use them: signing in, teams, key pairs, uploads, the audit log."""

import re

import httpx
from playwright.sync_api import Page, expect

from fixtures.mock_process import RunningMock
from tests.support.account_page import fill_in
from tests.support.browser import needs_chromium
from tests.support.dashboard_accounts import CATALOG, PASSWORD, a_shop, a_team_at_work, register
from tests.support.dashboard_support import (
    TLS,
    control,
    send,
    settled,
)
from tests.support.shipped import SPEC

TABS = ("team", "developer-access", "upload")


pytestmark = needs_chromium


def test_creating_a_shop_with_members_data_and_keys_shows_in_the_audit_log(page: Page, mock: RunningMock) -> None:
    register(mock, "Grace", "grace@shop.test")
    page.goto("/_mock/ui/team")
    fill_in(page, "register", name="Ada", email="ada@shop.test", password=PASSWORD)
    expect(page.get_by_text("You are not a member of any organisation yet.")).to_be_visible()
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
    expect(page.locator("#detail")).to_contain_text("All 4 items were accepted.")

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


def test_actions_that_a_role_forbids_are_disabled_with_a_reason_and_send_nothing(page: Page, mock: RunningMock) -> None:
    _, _, eve, tenant_id = a_team_at_work(mock)
    statuses: set[int] = set()
    page.on("response", lambda response: statuses.add(response.status))
    eve.sign_in(page)
    for tab, region, controls in [
        ("team", "This organisation", ["Rename"]),
        ("team", "Invite a member", ["Invite"]),
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


def test_a_member_whose_role_was_lowered_gets_an_explanation_and_sees_the_new_role(
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


def test_a_wrong_password_is_shown_and_the_eleventh_attempt_has_to_wait(
    page: Page, mock: RunningMock, complaints: list[str]
) -> None:
    page.goto("/_mock/ui/team")
    fill_in(page, "login", email="nobody@shop.test", password="wrong password")
    expect(page.locator("#login-error")).to_have_text("Wrong address or password.")
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


def test_after_an_expired_token_signing_in_again_returns_to_the_same_page(
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


def test_a_secret_key_is_no_longer_shown_once_the_page_was_left(page: Page, mock: RunningMock) -> None:
    ada, tenant_id = a_shop(mock)
    ada.sign_in(page)
    page.goto(f"/_mock/ui/developer-access?tenant_id={tenant_id}")
    page.get_by_role("button", name="Generate a key pair").click()
    expect(page.get_by_text("it is shown only once")).to_be_visible()
    page.evaluate("dispatchEvent(new PageTransitionEvent('pagehide', {persisted: true}))")
    expect(page.locator("#secret-new")).to_have_count(0)


def test_development_keys_stay_visible_to_members_that_the_operator_added(page: Page, mock: RunningMock) -> None:
    register(mock, "Ada", "ada@shop.test").sign_in(page)
    page.goto("/_mock/ui/developer-access?tenant_id=glow-beauty-ng")
    page.get_by_label("As", exact=True).select_option("DEVELOPER")
    page.get_by_role("button", name="Add me to glow-beauty-ng").click()
    expect(page.locator("#secret-development")).to_have_text(mock.secret_key)
    expect(page.locator("#publishable-development")).to_have_text(mock.publishable_key)
    expect(page.get_by_role("button", name="Revoke")).to_have_count(0)


def test_roles_can_be_changed_and_the_last_owner_cannot_be_removed(page: Page, mock: RunningMock) -> None:
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
    expect(page.get_by_role("heading", name=f"You are not a member of {tenant_id}")).to_be_visible()
    assert [each["email"] for each in grace.ask("GET", f"/organisations/{tenant_id}/members")["members"]] == [
        "grace@shop.test"
    ]


def test_adding_an_address_without_an_account_is_refused_with_an_explanation(
    page: Page, mock: RunningMock, complaints: list[str]
) -> None:
    ada, *_, tenant_id = a_team_at_work(mock)
    ada.sign_in(page)
    page.goto(f"/_mock/ui/team?tenant_id={tenant_id}")
    invite = page.get_by_role("region", name="Invite a member")
    for email, words in [("new@shop.test", "its owner has to register first"), ("eve@shop.test", "already a member")]:
        invite.get_by_label("Email").fill(email)
        page.keyboard.press("Enter")
        expect(invite.get_by_role("alert")).to_contain_text(words)
    complaints.clear()
