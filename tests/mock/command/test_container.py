"""The Containerfile, checked without building it: files it copies exist and are not ignored, names in it are ours."""

import re
import tomllib
from pathlib import Path

from mock_server.settings import Settings

ROOT = Path(__file__).parents[3]
FILE = re.sub(r"\\\n", "", (ROOT / "Containerfile").read_text(encoding="utf-8"))
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))


def said(instruction: str) -> list[str]:
    return re.findall(rf"^{instruction} +(.*)$", FILE, re.MULTILINE)


def test_the_build_copies_what_it_needs_and_sends_nothing_else() -> None:
    copied = {name for line in said("COPY") if not line.startswith("--from") for name in line.split()[:-1]}
    sent = set(re.findall(r"^!(.*)$", (ROOT / ".dockerignore").read_text(encoding="utf-8"), re.MULTILINE))
    assert sent == copied
    assert [name for name in copied if not (ROOT / name).exists()] == []
    needed = {*PROJECT["tool"]["hatch"]["build"]["targets"]["wheel"]["packages"], PROJECT["project"]["readme"]}
    assert needed <= copied


def test_the_image_installs_from_the_lock_by_hash_and_runs_without_root() -> None:
    assert any("--require-hashes -r requirements.lock" in line for line in said("RUN"))
    assert all(
        "--no-deps --no-build-isolation" in line
        for line in said("RUN")
        if line.partition("&&")[0].rstrip().endswith(" .")
    )
    (entrypoint,) = re.findall(r'\["/opt/venv/bin/([a-z-]+)"\]', said("ENTRYPOINT")[0])
    assert entrypoint in PROJECT["project"]["scripts"]
    assert said("USER") == ["65534:65534"]


def test_the_images_port_and_variables_are_those_of_the_mock() -> None:
    assert said("EXPOSE") == [str(Settings.model_fields["port"].default)]
    variables = re.findall(r"LEHNZ_MOCK_(\w+)=", " ".join(said("ENV")))
    assert variables == ["HOST"]
    assert {name.lower() for name in variables} <= Settings.model_fields.keys()


def test_the_image_of_suite_and_load_is_built_only_from_files_that_are_sent() -> None:
    name = "deploy/tools.Containerfile"
    text = (ROOT / name).read_text(encoding="utf-8")
    lines = re.findall(r"^COPY +(?!--from)(.*)$", text, re.MULTILINE)
    copied = {source for line in lines for source in line.split()[:-1]}
    sent = re.findall(r"^!(.*)$", (ROOT / f"{name}.dockerignore").read_text(encoding="utf-8"), re.MULTILINE)
    assert copied <= set(sent)
    assert [source for source in copied if not (ROOT / source).exists()] == []
