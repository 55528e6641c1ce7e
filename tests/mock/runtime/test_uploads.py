"""Bulk uploads (R63): CSV and JSON, items and users, errors by line, and other requests during an upload."""

import asyncio
import json
from collections.abc import Callable
from pathlib import Path

import pytest

from fixtures.bodies import recommend_body
from mock_server.spec import accounts
from mock_server.state.records import User
from tests.support.mock_client import RECOMMEND, Client, edited_spec
from tests.support.upload_form import BOUNDARY, CATALOG_CSV, END, HEAD, ROW, form
from tests.support.upload_shop import Shop

Make = Callable[..., Client]


CATALOG_JSON = json.dumps(
    [
        {
            "item_id": "PROD-001",
            "item_type": "product",
            "status": "active",
            "attributes": {
                "name": "Wireless Headphones",
                "price": 149.99,
                "category": "Electronics",
                "brand": "Acoustix",
            },
        }
    ],
    indent=2,
)


USERS_CSV = "user_id,status,created_at,plan\nu1,active,2026-01-15T09:30:00Z,free\nu2,inactive,2026-01-16,\n"


def test_the_documented_catalogue_is_recommended_after_its_upload(shop: Shop) -> None:
    upload = shop.upload(CATALOG_CSV)
    expected = {"kind": "items", "file_name": "catalog.csv", "format": "csv", "status": "completed", "progress": 1}
    assert upload.items() >= expected.items()
    assert (upload["rows"], upload["errors"], upload["bytes"]) == (
        {"checked": 4, "accepted": 4, "refused": 0},
        [],
        len(CATALOG_CSV),
    )
    metadata = {each["item_id"]: each["metadata"] for each in shop.popular()}
    assert metadata.keys() == {"PROD-001", "PROD-002", "PROD-003"}
    assert metadata["PROD-001"] == {"name": "Wireless Headphones", "price": 149.99, "category": "Electronics"}


@pytest.mark.parametrize("text", [CATALOG_JSON, json.dumps(json.loads(CATALOG_JSON)), f"\ufeff{CATALOG_JSON}"])
def test_the_documented_json_is_accepted_in_any_layout(shop: Shop, text: str) -> None:
    assert shop.upload(text, name="catalog.json")["rows"]["accepted"] == 1
    assert shop.popular()[0]["metadata"]["brand"] == "Acoustix"


@pytest.mark.parametrize(
    ("header", "shown"),
    [
        ('filename="Käse %22neu%22.csv"', 'Käse "neu".csv'),
        ("filename*=UTF-8''K%C3%A4se%20%22neu%22.csv", 'Käse "neu".csv'),
        ("filename=\"Kase.csv\"; filename*=UTF-8''K%C3%A4se.csv", "Käse.csv"),
        ("filename*=iso-8859-1'de'K%E4se.csv", "Käse.csv"),
        ("filename=\"a.csv\"; filename*=no-such-charset''K.csv", "a.csv"),
        ('filename="=?utf-8?B?S8Okc2UuY3N2?="', "Käse.csv"),
        ('filename="a%0D%0Ab.csv"', "a b.csv"),
        ('filename="50%25.csv"', "50%25.csv"),
    ],
)
def test_a_file_is_shown_under_the_name_it_was_sent_with(shop: Shop, header: str, shown: str) -> None:
    body = form(CATALOG_CSV).replace(b'filename="catalog.csv"', header.encode())
    started = shop.send(body)
    assert (started.status, started.data["file_name"]) == (202, shown)


def test_a_catalogue_without_type_and_status_gets_the_defaults_as_seed_data_does(shop: Shop) -> None:
    upload = shop.upload("item_id,name\n" + "".join(f"{n},N{n}\n" for n in range(300)))
    assert (upload["status"], upload["rows"]) == ("completed", {"checked": 300, "accepted": 300, "refused": 0})
    assert upload["summary"] == "300 rows"


def test_equal_errors_are_counted_together_and_an_upload_without_a_valid_row_fails(shop: Shop) -> None:
    upload = shop.upload("item_id,status\n" + "".join(f"{n},gone\n" for n in range(300)))
    assert (upload["status"], upload["error_count"], len(upload["errors"])) == ("failed", 300, 100)
    (group,) = upload["error_groups"]
    assert (group["field"], group["count"], group["lines"]) == ("$.status", 300, [2, 3, 4, 5, 6])
    assert upload["summary"].startswith('300 rows; 300 rows left out: $.status must be one of "active"')


def test_users_can_be_uploaded_too(shop: Shop) -> None:
    upload = shop.upload(USERS_CSV, "kind=users", "users.csv")
    assert upload["rows"] == {"checked": 2, "accepted": 2, "refused": 0}
    users = shop.client.mock.organisations[shop.tenant_id].tenant.users
    assert {user.user_id: user.status for user in users.values()} == {"u1": "active", "u2": "inactive"}
    assert isinstance(users["u1"], User)
    assert users["u1"].attributes == {"plan": "free"}


def test_an_upload_is_answered_before_it_is_read_and_has_the_ingest_delay(make_mock: Make) -> None:
    shop = Shop(make_mock(ingest_delay=5))
    started = shop.send(form(CATALOG_CSV))
    assert (started.status, started.data["status"], started.data["progress"]) == (202, "queued", 0)
    shop.client.run(shop.client.mock.uploads.finished())
    read = shop.owner.get(f"{shop.path}/uploads/{started.data['upload_id']}").data
    assert (read["status"], read["rows"]["accepted"], shop.ids) == ("completed", 4, set())
    shop.client.advance(5)
    assert len(shop.ids) == 3


def test_uploads_are_listed_newest_first_and_belong_to_their_organisation(shop: Shop) -> None:
    first, second = shop.upload(CATALOG_CSV), shop.upload(USERS_CSV, "kind=users", "users.csv")
    listed = shop.owner.get(f"{shop.path}/uploads").data["uploads"]
    assert listed == [second, first]
    shop.owner.post("/organisations", {"name": "Other"})
    assert shop.owner.get("/organisations/other/uploads").data == {"uploads": []}
    assert shop.owner.get(f"/organisations/other/uploads/{first['upload_id']}").status == 404


@pytest.mark.parametrize(
    ("name", "content", "expected"),
    [
        ("a.csv", b"[]", "json"),
        ("a.txt", b'\xef\xbb\xbf [{"a": 1}]', "json"),
        ("a.csv", b'{"item_id": "a"}\n{"item_id": "b"}', "json lines"),
        ("feed", b"<rss></rss>", "xml"),
        ("", b"item_id\n", "csv"),
        ("my.xlsx", b"PK\x03\x04", None),
    ],
)
def test_the_format_is_found_from_the_content(shop: Shop, name: str, content: bytes, expected: str | None) -> None:
    assert shop.upload(content, name=name)["format"] == expected


@pytest.mark.parametrize(
    ("body", "query", "content_type", "status", "words"),
    [
        (form(CATALOG_CSV), "", None, 400, "query.kind is required"),
        (form(CATALOG_CSV), "kind=events", None, 400, 'query.kind must be one of "items", "users"'),
        (form(CATALOG_CSV), "kind=items&all_or_nothing=yes", None, 400, "query.all_or_nothing must be a boolean"),
        (form(CATALOG_CSV, field="catalog"), "kind=items", None, 400, "form.catalog is unknown"),
        (
            form("true", None, "all_or_nothing").removesuffix(END) + form("a"),
            "kind=items",
            None,
            400,
            "takes only file",
        ),
        (form("a", None).removesuffix(END) + form("b", None), "kind=items", None, 400, "given more than once"),
        (b"", "kind=items", None, 400, "form.file is required"),
        (form(CATALOG_CSV), "kind=items", "multipart/form-data", 400, "Missing boundary"),
        (b"--nonsense", "kind=items", None, 400, "the form can't be read"),
        (form("a").removesuffix(END) + form("b"), "kind=items", None, 400, "Too many files"),
        (CATALOG_CSV.encode(), "kind=items", "text/csv", 415, "multipart/form-data"),
        (b"{}", "kind=items", "application/json", 415, "multipart/form-data"),
    ],
    ids=repr,
)
def test_a_request_without_a_readable_file_is_told_how_to_send_one(
    shop: Shop, body: bytes, query: str, content_type: str | None, status: int, words: str
) -> None:
    answer = shop.send(body, query, content_type)
    assert (answer.status, words in answer.message) == (status, True), answer.message
    assert shop.owner.get(f"{shop.path}/uploads").data == {"uploads": []}


def test_a_file_may_come_without_a_name(shop: Shop) -> None:
    assert shop.send(form(CATALOG_CSV, name=None)).data["file_name"] == ""
    shop.client.flush()
    assert len(shop.ids) == 3


def test_a_form_over_the_limit_is_413_before_it_is_read_to_its_end(
    make_mock: Make, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = accounts.PATH.read_text(encoding="utf-8").replace("max_upload_bytes: 33554432", "max_upload_bytes: 1000")
    (tmp_path / "accounts.yaml").write_text(text, encoding="utf-8")
    monkeypatch.setattr(accounts, "PATH", tmp_path / "accounts.yaml")
    shop = Shop(make_mock(spec=edited_spec(tmp_path)))
    assert shop.send(form("x" * 100)).status == 202
    refused = shop.send(form("x" * 1000))
    assert (refused.status, "1000 bytes" in refused.message) == (413, True)
    headers = [
        ("authorization", f"Bearer {shop.owner.token}"),
        ("content-type", f"multipart/form-data; boundary={BOUNDARY}"),
    ]
    chunks = [form("x" * 600)[:-50], b"x" * 600, b"never read"]
    streamed = shop.client.post(f"{shop.path}/uploads?kind=items", b"", None, headers=headers, chunks=chunks)
    assert streamed.status == 413


def test_the_number_of_unfinished_uploads_is_limited(shop: Shop) -> None:
    body = form(HEAD + ROW * 2000)
    headers = [
        ("authorization", f"Bearer {shop.owner.token}"),
        ("content-type", f"multipart/form-data; boundary={BOUNDARY}"),
    ]

    async def burst() -> list[int]:

        requests = [
            shop.client.request("POST", f"{shop.path}/uploads?kind=items", body, None, headers) for _ in range(14)
        ]
        return [answer.status for answer in await asyncio.gather(*requests)]

    statuses = shop.client.run(burst())
    assert statuses.count(202) >= 10
    assert set(statuses) <= {202, 409}
    shop.client.flush()
    assert shop.send(body).status == 202


def test_a_reset_ends_waiting_uploads(shop: Shop) -> None:
    started = shop.send(form(HEAD + "".join(f"item-{n},product,active\n" for n in range(5000))))
    shop.client.mock.reset(shop.tenant_id)
    shop.client.flush()
    upload = shop.owner.get(f"{shop.path}/uploads/{started.data['upload_id']}").data
    assert upload["status"] == "failed"
    assert upload["errors"][0]["message"] == "the organisation was reset meanwhile"
    assert shop.ids == set()


def test_requests_are_answered_while_an_upload_is_read(shop: Shop) -> None:
    """Counted, not timed: many recommendations are answered before a large file is read."""
    started = shop.send(form(HEAD + "".join(f"item-{n},product,active\n" for n in range(20_000))))

    async def ask() -> int:

        answered, body = 0, recommend_body("popular")
        uploads = shop.client.mock.uploads
        upload = uploads.get(shop.tenant_id, started.data["upload_id"])
        assert upload is not None
        while not upload.is_finished:
            await shop.client.request("POST", RECOMMEND, body, shop.client.first.publishable_key)
            await asyncio.sleep(0)
            answered += 1
        return answered

    assert shop.client.run(ask()) > 20


def test_requests_are_answered_while_uploaded_rows_become_visible(make_mock: Make) -> None:
    """All rows become due at once, in hundreds of small batches."""
    shop = Shop(make_mock(ingest_delay=1))
    shop.send(form(HEAD + "".join(f"item-{n},product,active\n" for n in range(20_000))))
    shop.client.run(shop.client.mock.uploads.finished())

    async def laps() -> int:
        moving, laps = asyncio.ensure_future(shop.client.mock.advance(1)), 0
        while not moving.done():
            await asyncio.sleep(0)
            laps += 1
        return laps

    assert shop.client.run(laps()) > 20
