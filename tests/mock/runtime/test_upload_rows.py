"""Rows of an upload: which are accepted, which are left out, and how they are reported."""

from collections.abc import Callable

import pytest

from tests.support.mock_client import Client
from tests.support.upload_form import HEAD, ROW, form
from tests.support.upload_shop import Shop

Make = Callable[..., Client]


@pytest.mark.parametrize(
    ("content", "errors"),
    [
        (f"{HEAD}{ROW}b,product\n", [(3, None, "2 values for 3 columns")]),
        (f"{HEAD}{ROW}b,product,active,x\n", [(3, None, "4 values for 3 columns")]),
        (f"{HEAD}{ROW}b,product,lost\n", [(3, "$.status", 'must be one of "active", "inactive", "deleted"')]),
        (f"{HEAD}{ROW},product,\n", [(3, "$.item_id", "is required")]),
        (f'{HEAD}{ROW}"b,product,active\n', [(3, None, "a quote opens here and is never closed")]),
        (f"{HEAD}{ROW}{'x' * 257},product,active\n", [(3, "$.item_id", "must have at most 256 characters")]),
        (f"{HEAD}{ROW}\n\nb,product,lost\n", [(5, "$.status", 'must be one of "active", "inactive", "deleted"')]),
        (
            'item_id,item_type,status,note\na,product,active,"two\nlines"\nb,product,lost,\n',
            [(4, "$.status", 'must be one of "active", "inactive", "deleted"')],
        ),
        (f"{HEAD}{ROW}".encode() + b"b,product,\xff\n", [(3, None, "isn't UTF-8 text")]),
        (
            f'{HEAD}{ROW}'.encode() + b'"b\n\xff",product,active\nc,product,lost\n',
            [(4, None, "isn't UTF-8 text"), (5, "$.status", 'must be one of "active", "inactive", "deleted"')],
        ),
    ],
    ids=repr,
)  # fmt: skip
def test_an_invalid_row_is_reported_with_its_line_and_left_out(
    shop: Shop, content: str | bytes, errors: list[tuple[int, str | None, str]]
) -> None:
    upload = shop.upload(content)
    assert [(each["line"], each["field"], each["message"]) for each in upload["errors"]] == errors
    assert (upload["status"], upload["rows"]["refused"]) == ("completed", len({line for line, *_ in errors}))
    assert shop.ids == {"a"}


@pytest.mark.parametrize(
    ("content", "error"),
    [
        ("", (1, None, "is empty: the first line names the columns")),
        ("\n\n", (1, None, "is empty: the first line names the columns")),
        ("name,price\nMug,5\n", (1, None, "there is no column item_id among: name, price")),
        (f"item_id,status,item_id\n{ROW}", (1, None, "column 3: 'item_id' is repeated")),
        ("item_id,,status\na,product,active\n", (1, None, "column 2: has no name")),
        (b"item_id,\xff\n", (1, None, "isn't UTF-8 text; save it as CSV (UTF-8)")),
        (b"PK\x03\x04", (1, None, "is a spreadsheet or another zip file: save the sheet as CSV (UTF-8), or unpack it")),
        (b"\x1f\x8b", (1, None, "is compressed (gzip): unpack it first: gunzip FILE")),
        (f"{HEAD}b,product,lost\n", (2, "$.status", 'must be one of "active", "inactive", "deleted"')),
    ],
    ids=repr,
)
def test_an_unreadable_file_fails_and_names_the_line(
    shop: Shop, content: str | bytes, error: tuple[int, str | None, str]
) -> None:
    upload = shop.upload(content)
    assert upload["status"] == "failed"
    assert [(each["line"], each["field"], each["message"]) for each in upload["errors"]] == [error]


@pytest.mark.parametrize(
    ("content", "line", "words"),
    [
        ("", 1, "is empty"),
        ("item_id", 1, "must be a JSON array"),
        ('[\n{"item_id": "a",}\n]', 2, "isn't JSON"),
        ('[\n{"item_id": "a"}\n{"item_id": "b"}\n]', 3, "comma"),
        ('[{"item_id": "a"}\n', 2, "the array has no end"),
        ('[{"a": 1, "a": 2}]', 1, "is repeated"),
        (b'[\n{"item_id": "\xff"}\n]', 2, "isn't UTF-8 text"),
    ],
    ids=repr,
)
def test_broken_json_fails_and_names_the_line(shop: Shop, content: str | bytes, line: int, words: str) -> None:
    upload = shop.upload(content, name="catalog.json")
    (error,) = upload["errors"][-1:]
    assert (upload["status"], error["line"]) == ("failed", line)
    assert words in error["message"]


def test_json_rows_are_validated_too(shop: Shop) -> None:
    text = '[\n"a",\n{"item_id": "b", "status": "gone"},\n{"item_id": "c"}\n]'
    upload = shop.upload(text, name="catalog.json")
    assert [(each["line"], each["field"]) for each in upload["errors"]] == [
        (2, "$[0]"),
        (3, "$[1].status"),
    ]
    assert (upload["rows"], shop.ids) == ({"checked": 3, "accepted": 1, "refused": 2}, {"c"})


def test_columns_are_mapped_as_they_are_for_seed_files(shop: Shop) -> None:
    german = "SKU;Titel;Preis\n1;Lampe;79,28\n"
    upload = shop.upload(german, "kind=items&columns=item_id%3DSKU,title%3DTitel,price%3DPreis")
    assert (upload["status"], upload["columns"]) == ("completed", "item_id=SKU,title=Titel,price=Preis")
    assert upload["summary"] == "1 row; separator ';'; Preis read as 79,28 -> 79.28"
    assert shop.popular()[0]["metadata"] == {"title": "Lampe", "price": 79.28}
    entry = shop.owner.get(f"{shop.path}/audit-log").data["entries"][0]
    assert entry["details"]["columns"] == upload["columns"]


def test_columns_may_name_a_known_export(shop: Shop) -> None:
    shopify = "Handle,Title,Vendor,Variant Price\nlamp,Lamp,Acme,9.50\n"
    assert shop.upload(shopify)["errors"][0]["message"].endswith("--columns shopify reads it)")
    assert shop.upload(shopify, "kind=items&columns=shopify")["rows"]["accepted"] == 1
    assert shop.popular()[0]["metadata"] == {"title": "Lamp", "brand": "Acme", "price": 9.5}


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("", "must not be empty"),
        ("a" * 4_001, "must have at most 4000 characters"),
    ],
)
def test_invalid_columns_are_400(shop: Shop, written: str, said: str) -> None:
    refused = shop.send(form("item_id\na\n"), f"kind=items&columns={written}")
    assert refused.status == 400
    assert [(each["field"], each["message"]) for each in refused.json["error"]] == [("query.columns", said)]


@pytest.mark.parametrize(("written", "said"), [("SKU", "must be FIELD=COLUMN"), ("item_id%3Da,item_id%3Db", "twice")])
def test_a_columns_parameter_without_a_mapping_fails_the_upload(shop: Shop, written: str, said: str) -> None:
    upload = shop.upload("item_id\na\n", f"kind=items&columns={written}")
    assert (upload["status"], said in upload["errors"][0]["message"]) == ("failed", True), upload["errors"]


def test_a_column_that_the_file_does_not_have_fails_the_upload(shop: Shop) -> None:
    upload = shop.upload("SKU,Titel\n1,a\n", "kind=items&columns=item_id%3DSKU,title%3DTitle")
    assert upload["status"] == "failed"
    assert "there is no column 'Title' (did you mean 'Titel'?)" in upload["errors"][0]["message"]


def test_all_or_nothing_accepts_nothing_if_one_row_is_invalid(shop: Shop) -> None:
    bad = f"{HEAD}{ROW}b,product,lost\nc,product,active\n"
    upload = shop.upload(bad, "kind=items&all_or_nothing=true")
    assert (upload["status"], upload["error_count"], upload["progress"]) == ("failed", 1, 1)
    assert (upload["rows"], shop.ids) == ({"checked": 3, "accepted": 0, "refused": 1}, set())
    good = shop.upload(bad.replace("lost", "active"), "kind=items&all_or_nothing=true")
    assert (good["status"], good["rows"]["checked"], good["rows"]["accepted"]) == ("completed", 3, 3)
    assert shop.ids == {"a", "b", "c"}


def test_a_csv_file_from_a_spreadsheet_is_accepted(shop: Shop) -> None:
    """A byte order mark, CRLF, quotes, spaces around column names, capitals and other scripts in the cells."""
    content = '\ufeffitem_id, item_type ,status,name\r\n"a",product,active,"Crème, ""dark"""\r\n'
    assert shop.upload(content)["rows"]["accepted"] == 1
    assert shop.popular()[0]["metadata"] == {"name": 'Crème, "dark"'}


def test_only_prices_become_numbers(shop: Shop) -> None:
    shop.upload("item_id,item_type,status,price,sale_price,code\na,product,active,5,4.5,007\n")
    assert shop.popular()[0]["metadata"] == {"price": 5.0, "sale_price": 4.5, "code": "007"}


def test_the_last_row_of_an_id_wins_and_known_ids_are_upserted(shop: Shop) -> None:
    shop.upload(f"{HEAD}a,product,active\nb,product,active\na,product,inactive\n")
    assert shop.ids == {"b"}
    shop.upload(f"{HEAD}a,product,active\n")
    assert shop.ids == {"a", "b"}


def test_a_hundred_errors_are_listed_and_all_are_counted(shop: Shop) -> None:
    upload = shop.upload(HEAD + "a,product,lost\n" * 250)
    assert (len(upload["errors"]), upload["error_count"], upload["rows"]["refused"]) == (100, 250, 250)
