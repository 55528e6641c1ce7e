"""Makes `pytest contracts --target URL ...` the same run as `lehnz-contract --target URL ...`."""

from contracts.plugin import (
    pytest_addoption,
    pytest_collect_file,
    pytest_configure,
    pytest_internalerror,
    pytest_runtestloop,
    pytest_sessionfinish,
)

__all__ = [
    "pytest_addoption",
    "pytest_collect_file",
    "pytest_configure",
    "pytest_internalerror",
    "pytest_runtestloop",
    "pytest_sessionfinish",
]
