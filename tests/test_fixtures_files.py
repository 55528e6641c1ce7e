"""Worlds as files: the command, one's own catalogue, folders; one line for what is wrong, nothing half-written."""

import csv
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import jsonschema_rs
import orjson
import pytest

from fixtures import examples
from fixtures.__main__ import main
from fixtures.bodies import Body, item_body
from fixtures.catalogue import read_catalogue
from fixtures.data_error import DataError
from fixtures.folder import write_folder
from fixtures.json_array import read_array, write_array
from fixtures.sources import load_world
from fixtures.spec import SPEC_PATH, Spec, SpecError
from fixtures.world import SIZES, World, build_world
from tests.shipped import SPEC

HEADER = "item_id,item_type,name,price,category,status\n"
ROW = "a,product,Lamp,9.5,home,active\n"
FILES = {"items.json", "users.json", "events.json", "catalog.csv", "catalog.json"}


@pytest.fixture
def read_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """The contract that was read already, instead of once for each file that is told to be wrong."""
    monkeypatch.setattr("fixtures.sources.load_spec", lambda: SPEC)


def written(tmp_path: Path, name: str, content: str | bytes) -> Path:
    path = tmp_path / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def contents(world: World) -> list[list[Body]]:
    return [list(world.items), list(world.users), list(world.events())]


def test_the_command_writes_a_world_that_loads_as_it_was(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = tmp_path / "new" / "shop"
    assert main(["--size", "small", "--seed", "7", "--out", str(folder)]) == 0
    assert set(os.listdir(folder)) == FILES
    assert capsys.readouterr().out.splitlines()[2:] == [
        "events.json: 2,000",
        "catalog.csv: 50",
        "catalog.json: 50",
        f"written to {folder}; to serve it: lehnz-mock --seed-data {folder}",
    ]
    assert contents(load_world(folder, seed=0)) == contents(build_world("small", 7))


def test_the_same_seed_writes_the_same_bytes(tmp_path: Path) -> None:
    for name in ("one", "two"):
        write_folder(build_world("small", 3), tmp_path / name)
    for name in FILES:
        assert (tmp_path / "one" / name).read_bytes() == (tmp_path / "two" / name).read_bytes()


def test_what_is_written_is_plain_json_and_the_documented_bulk_files(tmp_path: Path) -> None:
    world = build_world("small", 1)
    write_folder(world, tmp_path)
    items, users, events = ([*stream] for stream in (world.items, world.users, world.events()))
    assert json.loads((tmp_path / "items.json").read_text()) == items
    assert json.loads((tmp_path / "users.json").read_text()) == users
    assert json.loads((tmp_path / "events.json").read_text()) == events
    with (tmp_path / "catalog.csv").open(newline="") as file, examples.CATALOG_CSV.open(newline="") as documented:
        rows = list(csv.DictReader(file))
        assert list(rows[0]) == next(csv.reader(documented))
    title, price = items[0]["attributes"]["title"], items[0]["attributes"]["price"]
    assert (len(rows), rows[0]["name"], rows[0]["price"]) == (50, title, str(price))
    bulk = json.loads((tmp_path / "catalog.json").read_text())
    assert set(bulk[0]) == set(examples.example("catalog")[0])
    assert set(bulk[0]["attributes"]) == set(examples.example("catalog")[0]["attributes"])


def test_the_module_runs_as_a_command(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "fixtures", "--size", "huge", "--out", str(tmp_path / "out")]
    done = subprocess.run(command, cwd=SPEC_PATH.parents[1], capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert done.stderr.count("\n") == 1
    assert "invalid choice: 'huge'" in done.stderr
    assert not (tmp_path / "out").exists()


def test_the_help_names_sizes_files_and_an_example(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stopped:
        main(["--help"])
    text = capsys.readouterr().out
    assert stopped.value.code == 0
    assert all(f"{size.events:,} events" in text for size in SIZES.values())
    assert all(name in text for name in FILES)
    assert "python -m fixtures --size small --seed 42 --out ./shop" in text


@pytest.mark.parametrize("file", [examples.CATALOG_CSV, examples.CATALOG_CSV_FIRST_EDITION])
def test_the_documented_csv_files_are_catalogues(file: Path) -> None:
    items = read_catalogue(file, SPEC)
    assert items[0] == {
        "item_id": "PROD-001",
        "item_type": "product",
        "status": "active",
        "attributes": {"name": "Wireless Headphones", "price": 149.99, "category": "Electronics"},
    }
    assert [item["status"] for item in items] == ["active", "active", "active", "inactive"]


def test_the_documented_json_file_is_a_catalogue() -> None:
    assert read_catalogue(examples.CATALOG_JSON, SPEC) == examples.example("catalog")


def test_csv_columns_become_attributes_and_prices_numbers(tmp_path: Path) -> None:
    text = (
        "\ufeffitem_id, created_at ,price,list_price,code,note\r\n"
        '7,2026-01-15,12.50,"1,5",007,"two\nlines, and\u2028one mark"\r\n\r\n8,,-3,,,\r\n'
    )
    assert read_catalogue(written(tmp_path, "c.csv", text), SPEC) == [
        {
            "item_id": "7",
            "created_at": "2026-01-15",
            "attributes": {"price": 12.5, "list_price": "1,5", "code": "007", "note": "two\nlines, and\u2028one mark"},
            "item_type": "product",
            "status": "active",
        },
        {"item_id": "8", "attributes": {"price": -3}, "item_type": "product", "status": "active"},
    ]


def test_the_defaults_of_a_catalogue_are_those_of_the_contract(tmp_path: Path) -> None:
    document = orjson.loads(orjson.dumps(SPEC.document))
    document["components"]["schemas"]["FirstEditionItem"]["properties"]["item_type"]["default"] = "article"
    file = written(tmp_path, "c.json", '[{"item_id": "a", "item_type": null}, {"item_id": "b", "item_type": "video"}]')
    items = read_catalogue(file, Spec(document, SPEC.path))
    assert [(item["item_type"], item["status"]) for item in items] == [("article", "active"), ("video", "active")]


def test_users_and_events_are_made_over_ones_own_catalogue(tmp_path: Path) -> None:
    file = written(tmp_path, "c.csv", HEADER + "".join(f"sku-{n},product,N{n},{n},c{n % 3},active\n" for n in range(9)))
    world = load_world(file, seed=4, size="small")
    events = list(world.events())
    assert list(world.items) == read_catalogue(file, SPEC)
    assert {event["item_id"] for event in events if "item_id" in event} == {f"sku-{n}" for n in range(9)}
    assert (len(world.users), len(events)) == (40, 2_000)
    bought = next(event for event in events if event["event_name"] == "purchase")
    assert bought["metadata"]["price"] == float(bought["item_id"].removeprefix("sku-"))
    validator = jsonschema_rs.validator_for(SPEC.standalone(SPEC.schema("Event")), validate_formats=True)
    assert all(map(validator.is_valid, events))


def test_the_command_takes_ones_own_catalogue(tmp_path: Path) -> None:
    assert main(["--items", str(examples.CATALOG_CSV), "--out", str(tmp_path / "out")]) == 0
    assert contents(load_world(tmp_path / "out", 0)) == contents(load_world(examples.CATALOG_CSV, 42))


def test_a_size_and_none_are_sources_too() -> None:
    assert contents(load_world("small", 5)) == contents(build_world("small", 5))
    assert contents(load_world("none", 5)) == [[], [], []]


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("a.csv", "", "is empty"),
        ("a.csv", HEADER, "holds no item"),
        ("a.csv", "id,name\n1,2\n", "line 1: there is no column item_id among: id, name"),
        ("a.csv", "item_id,name,name\n", "line 1: column 3: 'name' stands twice"),
        ("a.csv", "item_id,,name\n", "line 1: column 2: has no name"),
        ("a.csv", HEADER + ROW + "b,product\n", "line 3: 2 values for 6 columns"),
        ("a.csv", HEADER + ROW + "\n" + ROW, "line 4: item_id 'a' stands on line 2 already"),
        ("a.csv", HEADER + ',product,"a\nb",1,c,active\n', 'line 2: "item_id" is a required property'),
        ("a.csv", HEADER + ROW.replace("active", "gone"), "line 2: status: 'gone' is none of 'active', 'inactive', "),
        ("a.csv", "item_id,created_at\na,soon\n", "line 2: created_at: 'soon' isn't the documented: Item creation"),
        ("a.csv", HEADER + 'a,"pro"duct,n,1,c,active\n', "line 2: isn't CSV"),
        ("a.csv", HEADER + 'a,"product,n,1,c,active\n', "line 2: isn't CSV: unexpected end of data"),
        ("a.csv", (HEADER + ROW.replace("Lamp", "Café")).encode("latin-1"), "line 2: isn't UTF-8 text"),
        ("a.csv", HEADER + ROW.replace("Lamp", "L" * 200_000), "line 2: isn't CSV: field larger than field limit"),
        ("a.csv", HEADER + ROW.replace("a,", "a" * 300 + ",", 1), "line 2: item_id: "),
        ("a.json", "[]", "holds no item"),
        ("a.json", '\n{"item_id": "a"}', "line 2: must be a JSON array"),
        ("a.json", '[{"item_id": "a"}', "line 1: the array has no end"),
        ("a.json", '[{"item_id": "a"},\n]', "line 2: isn't JSON: Expecting value"),
        ("a.json", '[{"item_id": "a"}]\nand', "line 2: there is text after the end of the array"),
        ("a.json", '[\n\n{"item_id": "a",\n}]', "isn't JSON"),
        ("a.json", '[{"item_id": "a",\n"item_id": "b"}]', "line 1: isn't JSON we take: the key 'item_id' stands twice"),
        ("a.json", '[{"item_id": "a", "x": NaN}]', "NaN is no number"),
        ("a.json", '[{"item_id": "\\ud800"}]', "line 1: isn't JSON"),
        ("a.json", '[{"item_id": "a", "x": 1e999}]', "line 1: isn't JSON"),
        ("a.json", '["a"]', 'line 1: "a" is not of type "object"'),
        ("a.json", '[{"name": "a"}]', 'line 1: "item_id" is a required property'),
        ("a.json", '[{"item_id": "a"},\n{"item_id": "a"}]', "line 2: item_id 'a' stands on line 1 already"),
        ("a.json", '[{"item_id": "a", "attributes": [1]}]', "line 1: attributes: [1] is not of types"),
        ("a.json", '[{"item_id": "a", "status": "deleted"}]', "no item that isn't deleted"),
        ("a.json", "[" * 100_000, "line 1: isn't JSON we take: nested too deeply"),
        ("a.json", b"\xff\xfe[]", "line 1: isn't UTF-8 text"),
        ("a.json", '[\n{"item_id":"a"},\n{"item_id":"b"}\n{"item_id":"c"}\n]\n', "line 4: a comma is missing"),
        ("a.json", '[\n{"item_id":"a"},\n{"item_id":"b",}\n]\n', "line 3: isn't JSON"),
        ("a.json", '[\n{"item_id":"a"},\n{"item_id":"b"},\n]\n', "line 4: a comma before the end"),
        ("a.json", '[\n{"item_id":"a"},\n{"item_id":"b"}\n', "line 3: the array has no end"),
        ("a.json", '[\n{"item_id":"a"}\n]\n{}', "line 4: there is text after the end"),
        ("a.txt", "item_id\na\n", "a catalogue is a .csv or a .json file"),
    ],
)
@pytest.mark.usefixtures("read_once")
def test_a_catalogue_that_cannot_be_used_is_named_in_one_line_and_nothing_is_written(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str, content: str | bytes, message: str
) -> None:
    file = written(tmp_path, name, content)
    assert main(["--items", str(file), "--out", str(tmp_path / "out")]) == 2
    error = capsys.readouterr().err
    assert error.startswith(f"python -m fixtures: {file}: ")
    assert message in error
    assert error.count("\n") == 1
    assert len(error) < 600
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--out", "x", "--size", "huge"], "argument --size: invalid choice: 'huge'"),
        (["--out", "x", "--seed", "x"], "argument --seed: invalid int value: 'x'"),
        (["--out", "x", "--items", "none.csv"], "argument --items: none.csv: there is no such file"),
        ([], "the following arguments are required: --out"),
    ],
)
def test_a_wrong_option_is_one_line(capsys: pytest.CaptureFixture[str], arguments: list[str], message: str) -> None:
    with pytest.raises(SystemExit) as stopped:
        main(arguments)
    error = capsys.readouterr().err
    assert stopped.value.code == 2
    assert message in error
    assert error.count("\n") == 1


def test_a_folder_that_cannot_be_written_is_one_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = written(tmp_path, "file", "")
    assert main(["--out", str(file / "below")]) == 2
    assert f"{file / 'below'}: can't be written: Not a directory" in capsys.readouterr().err
    assert main(["--out", str(file)]) == 2
    assert f"{file}: can't be written: File exists" in capsys.readouterr().err


def test_a_failure_while_writing_leaves_the_folder_as_it_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["--seed", "1", "--out", str(tmp_path)]) == 0
    before = {name: (tmp_path / name).read_bytes() for name in os.listdir(tmp_path)}

    def full(*_arguments: Any, **_options: Any) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(csv, "writer", full)  # the fourth of five files
    assert main(["--seed", "2", "--out", str(tmp_path)]) == 2
    assert "No space left on device" in capsys.readouterr().err
    assert {name: (tmp_path / name).read_bytes() for name in os.listdir(tmp_path)} == before


def test_a_folder_may_hold_items_only_and_any_layout(tmp_path: Path) -> None:
    items = [item_body("a"), item_body("b")]
    written(tmp_path, "items.json", json.dumps(items, indent=0))
    world = load_world(tmp_path, 0)
    assert contents(world) == [items, [], []]
    assert contents(world) == [items, [], []]


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("items.json", '[{"item_id": "a", "status": "active"}]', 'items.json: line 1: "item_type" is a required'),
        ("users.json", '[{"user_id": "u", "status": "active"}]', 'users.json: line 1: "created_at" is a required'),
        ("events.json", '[\n{"user_id":"u"}\n]\n', 'events.json: line 2: "event_family" is a required'),
        ("events.json", "{}", "events.json: line 1: must be a JSON array"),
    ],
)
@pytest.mark.usefixtures("read_once")
def test_a_folder_is_checked_before_it_is_used(tmp_path: Path, name: str, content: str, message: str) -> None:
    written(tmp_path, "items.json", "[]")
    written(tmp_path, name, content)
    with pytest.raises(DataError) as caught:
        load_world(tmp_path, 0)
    assert message in str(caught.value)


def test_a_source_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="no such file or folder, and none of small, medium, large, none"):
        load_world(tmp_path / "nothing", 0)
    with pytest.raises(DataError, match=r"items\.json: can't be read: No such file"):
        load_world(tmp_path, 0)


def test_a_contract_without_the_needed_schema_is_named(tmp_path: Path) -> None:
    document = {"openapi": "3.1.0", "paths": {}}
    with pytest.raises(SpecError, match="leads nowhere"):
        load_world(examples.CATALOG_CSV, 0, spec=Spec(document, tmp_path))


@pytest.mark.parametrize("records", [[], [1], [{"a": "é"}, None, [1, 2], "x\ny"]])
@pytest.mark.parametrize("indent", [None, 0, 2, "ours"])
def test_an_array_reads_back_however_it_is_laid_out(tmp_path: Path, records: list[Any], indent: Any) -> None:
    path = tmp_path / "array.json"
    if indent == "ours":
        assert write_array(path, records) == len(records)
        assert len(path.read_text().splitlines()) == len(records) + 2
    else:
        path.write_text(json.dumps(records, indent=indent))
    assert [value for _, value in read_array(path)] == records


def test_records_know_their_lines(tmp_path: Path) -> None:
    file = written(tmp_path, "a.json", '\n[ {"a":\n1}, \n 2, 3\n]\n')
    assert list(read_array(file)) == [(2, {"a": 1}), (4, 2), (4, 3)]
