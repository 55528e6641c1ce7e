"""Both shipped contracts, read once per process. A test that changes one makes a copy."""

from fixtures.spec import load_spec
from mock_server.spec.accounts import accounts_spec

SPEC = load_spec()
ACCOUNTS = accounts_spec(SPEC)
OPERATIONS = (*SPEC.operations, *ACCOUNTS.operations)
