"""Writes the results of a benchmark into a document, between `<!-- name -->` and `<!-- /name -->`."""

from pathlib import Path


def write_between_marks(path: Path, name: str, text: str) -> None:
    """Replace the text between the marks. Raises ValueError for a document without them."""
    before, begin, rest = path.read_text(encoding="utf-8").partition(f"<!-- {name} -->\n")
    _, end, after = rest.partition(f"<!-- /{name} -->")
    if not begin or not end:
        raise ValueError(f"{path} has no marks for {name}")
    path.write_text(f"{before}{begin}{text}\n{end}{after}", encoding="utf-8")
