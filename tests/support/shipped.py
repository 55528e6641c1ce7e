"""Both contracts as they are shipped, read once for all tests of a process. Whoever wants to change it makes a copy."""

from fixtures.spec import load_spec
from mock_server.spec.accounts import accounts_spec

SPEC = load_spec()
ACCOUNTS = accounts_spec(SPEC)
OPERATIONS = (*SPEC.operations, *ACCOUNTS.operations)
