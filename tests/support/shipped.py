"""Both shipped contracts, read once per process. A test must copy a contract before changing it."""

from fixtures.spec import load_spec
from mock_server.spec.accounts import accounts_spec

SPEC = load_spec()
ACCOUNTS = accounts_spec(SPEC)
OPERATIONS = (*SPEC.operations, *ACCOUNTS.operations)
