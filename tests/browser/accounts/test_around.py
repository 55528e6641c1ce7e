"""Edge cases of the account tabs: the audit log, suspension, unusual names, a lost connection, the keyboard."""

import re

import pytest
from playwright.sync_api import Browser, Page, ViewportSize, expect

from fixtures.mock_process import RunningMock
from tests.support.browser import LOOKS, PHONE, Scheme
from tests.support.dashboard_accounts import CATALOG, PASSWORD, Person, a_shop, a_team_at_work, register
from tests.support.dashboard_support import (
    HOSTILE,
    Defect,
    control,
    defects,
    needs_axe,
    settled,
    start_afresh,
)

TABS = ("team", "developer-access", "upload")


def test_the_audit_log_can_be_filtered_paged_and_shared_as_a_link(page: Page, mock: RunningMock) -> None:
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
    expect(page.get_by_text("No matching entries yet.")).to_be_visible()
    filters.get_by_label("Outcome").select_option("any")
    filters.get_by_label("Until").fill("2020-01-01T00:00:00")
    expect(page.locator("#where")).to_have_text("0 in all, page 1 of 1")


def test_a_suspended_organisation_says_so_until_the_suspension_ends(page: Page, mock: RunningMock) -> None:
    ada, tenant_id = a_shop(mock)
    ada.sign_in(page)
    page.goto(f"/_mock/ui/team?tenant_id={tenant_id}")
    page.get_by_role("button", name="Suspend it").click()
    expect(page.get_by_role("heading", name=f"{tenant_id} is suspended")).to_be_visible()
    expect(page.locator("#inside")).to_be_hidden()
    page.get_by_role("button", name="End the suspension").click()
    expect(page.locator("#audit tbody tr").first).to_contain_text("the mock's operator")


def test_names_of_people_and_files_are_never_read_as_markup(page: Page, mock: RunningMock) -> None:
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


def test_names_of_the_maximum_length_fit_a_phone(page: Page, mock: RunningMock) -> None:
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


def test_a_part_of_the_page_without_an_answer_says_so_and_can_be_retried(
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


def test_registering_signing_in_and_uploading_work_with_the_keyboard_alone(page: Page) -> None:
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
    expect(page.locator("#detail")).to_contain_text("All 4 items were accepted.")


@needs_axe
@pytest.mark.parametrize(("scheme", "size"), LOOKS)
def test_signed_in_pages_are_accessible_fit_the_screen_and_do_not_jump(
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
                found.extend(defects(page, f"/_mock{address}"))

    inside = [f"/ui/{tab}?tenant_id={tenant_id}" for tab in TABS]
    look(ada, *inside[:2], f"{inside[-1]}&id={upload_id}", "/ui/upload")
    look(eve, inside[0])
    assert found == []
