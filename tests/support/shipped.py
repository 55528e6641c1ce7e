"""openapi.yaml as it is shipped, read once for all tests of a process. Whoever wants to change it makes a copy."""

from fixtures.spec import load_spec

SPEC = load_spec()
