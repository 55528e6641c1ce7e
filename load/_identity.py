"""Checks that all generators run the same code, by a hash of our files and the relevant versions."""

import hashlib
import platform
from functools import cache
from importlib.metadata import version
from pathlib import Path

import fixtures

_FOLDERS = (Path(__file__).parent, Path(fixtures.__file__).parent)


@cache
def versions() -> dict[str, str]:
    """Return the versions by name; `files` is the hash of the folders load and fixtures."""
    digest = hashlib.sha256()
    for folder in _FOLDERS:
        for path in sorted(folder.rglob("*")):
            if path.suffix in (".py", ".toml", ".yaml", ".json"):
                digest.update(f"{folder.name}/{path.relative_to(folder)}\n".encode())
                digest.update(path.read_bytes())
    libraries = {name: version(name) for name in ("locust", "geventhttpclient", "gevent")}
    return {"files": digest.hexdigest()[:16], "Python": platform.python_version(), **libraries}
