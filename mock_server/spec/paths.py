"""Compiles the operations of the spec. Fails if the spec contains something that the mock does not implement, or lacks
something that the mock implements."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from functools import cached_property
from urllib.parse import unquote_to_bytes

from fixtures.spec import KeyType, Operation, Spec, SpecError
from mock_server.spec import shape, vocabulary
from mock_server.spec.accounts import accounts_spec
from mock_server.spec.limits import BUCKETS, Credential
from mock_server.spec.parameters import Parameters, path_names, split_path
from mock_server.spec.request_body import Body
from mock_server.spec.responses import Responses
from mock_server.spec.rows import row_checks
from mock_server.spec.strategies import check_strategies
from mock_server.state.accounts.roles import Role

TENANT = "tenant_id"  # the path parameter that names an organisation


class Endpoint:
    """One operation, ready to be served."""

    __slots__ = ("body", "credential", "key_type", "operation", "parameters", "roles", "row_checks")

    def __init__(self, spec: Spec, operation: Operation, documented: Spec) -> None:
        place = place_of(spec, operation)
        self.operation = operation
        self.parameters = Parameters(spec, operation)
        self.body = Body(spec, operation, operation.request_schema) if operation.request_schema else None
        self.credential: Credential = "key" if operation.key_type else "token" if operation.bearer else "nothing"
        self.key_type: KeyType | None = operation.key_type
        self.roles = _roles(operation, place)
        self.row_checks = row_checks(spec, operation, documented)  # for operations that take a file
        if operation.bucket != BUCKETS[self.credential]:
            raise SpecError(f"{place}: the mock serves it with x-rate-limit: {BUCKETS[self.credential]}")

    def lacks(self, names: Collection[str]) -> set[str]:
        """Return those of the fields and parameters that a request may omit and that have no default."""
        return set(names) - self.parameters.certain - (self.body.certain if self.body else set())


def place_of(spec: Spec, operation: Operation) -> str:
    """Name an operation for error messages."""
    return f"{spec.path}: {operation.method} {operation.path} ({operation.operation_id})"


def _roles(operation: Operation, place: str) -> frozenset[Role]:
    names = [role.value for role in Role]
    if set(operation.roles) - set(names):
        raise SpecError(f"{place}: x-roles may name {', '.join(names)}")
    if bool(operation.roles) != (operation.bearer and TENANT in path_names(operation.path)):
        raise SpecError(f"{place}: x-roles belong to operations with a bearer token and {{{TENANT}}} in the path")
    return frozenset(map(Role, operation.roles))


class Path:
    """One path of the spec with its methods."""

    __slots__ = ("allow", "endpoints", "segments")

    def __init__(self, template: str) -> None:
        self.segments = template.split("/")[1:]
        self.endpoints: dict[str, Endpoint] = {}
        self.allow = ""

    def match(self, segments: list[bytes]) -> dict[str, bytes] | None:
        """Return the path parameters, still encoded, if the path matches, else None."""
        if len(segments) != len(self.segments):
            return None
        parameters = {}
        for expected, segment in zip(self.segments, segments, strict=True):
            if expected.startswith("{"):
                if not segment:
                    return None
                parameters[expected[1:-1]] = segment
            elif unquote_to_bytes(segment) != expected.encode():
                return None
        return parameters


class Paths:
    """All paths of a spec. The object depends only on the spec and is immutable, so mocks can share it. Raises
    SpecError, one line that names the place."""

    def __init__(self, spec: Spec) -> None:
        shape.check(spec)
        vocabulary.check(spec)
        self.spec = spec  # the documented API
        self.accounts = accounts_spec(spec)
        shape.check(self.accounts)
        vocabulary.check(self.accounts)
        self.operations = (*spec.operations, *self.accounts.operations)
        placed = [(source, each) for source in (spec, self.accounts) for each in source.operations]
        self._fixed: dict[bytes, Path] = {}
        self._templates: list[Path] = []
        self.templates: list[str] = []  # every path as it is written in the spec
        paths: dict[str, Path] = {}
        for source, operation in placed:
            path = paths.setdefault(operation.path, Path(operation.path))
            if operation.method in path.endpoints:
                raise SpecError(f"{spec.path}: {operation.method} {operation.path} is an account operation of the mock")
            path.endpoints[operation.method] = Endpoint(source, operation, spec)
        for template in sorted(paths, key=lambda template: "{" in template):  # fixed paths come first
            path = paths[template]
            path.allow = ", ".join(sorted(path.endpoints))
            self._templates.append(path)
            self.templates.append(template)
            if "{" not in template:
                self._fixed[template.encode()] = path
        self._endpoints = [endpoint for path in paths.values() for endpoint in path.endpoints.values()]
        self._fields = {each.operation.operation_id: each.body.fields for each in self._endpoints if each.body}
        self._check_defaults()

    @cached_property
    def responses(self) -> Responses:
        """The schemas that responses must match. Raises SpecError."""
        return Responses(self.spec, self.accounts)

    def find(self, raw_path: bytes) -> tuple[Path, Mapping[str, bytes]] | None:
        """Return the path of the spec that matches, and its parameters, or None."""
        path = self._fixed.get(raw_path)
        if path:
            return path, {}
        segments = split_path(raw_path)
        for path in self._templates:
            parameters = path.match(segments)
            if parameters is not None:
                return path, parameters
        return None

    def endpoint(self, raw_path: bytes, method: str) -> Endpoint | None:
        """Return the endpoint of a request, or None if the spec lacks the path or the method."""
        found = self.find(raw_path)
        return found[0].endpoints.get(method) if found else None

    def fields_of(self, operation_id: str) -> Collection[str]:
        """Return the documented fields of an operation's records; empty for an unknown operation."""
        return self._fields.get(operation_id, ())

    def check_needs(self, needs: Mapping[str, Collection[str]]) -> None:
        """Check that spec and code fit. `needs`: by operationId, the fields and parameters that the code needs. Raises
        SpecError for an operation without code, code without an operation, or a needed field that may be missing."""
        endpoints = {endpoint.operation.operation_id: endpoint for endpoint in self._endpoints}
        for operation_id in endpoints.keys() - needs.keys():
            raise SpecError(f"{self.spec.path}: operation {operation_id} has no handler in the mock")
        for operation_id in needs.keys() - endpoints.keys():
            raise SpecError(f"{self.spec.path}: the mock's handler {operation_id} has no operation")
        for operation_id, endpoint in endpoints.items():
            for name in sorted(endpoint.lacks(needs[operation_id])):
                place = place_of(self.spec, endpoint.operation)
                raise SpecError(f"{place}: the mock needs {name!r}: it must be required or have a default")
        check_strategies(self.spec)

    def _check_defaults(self) -> None:
        """Check that only fields of a body's record and parameters have defaults. Raises SpecError for any other
        default."""
        endpoints = self._endpoints
        honoured = {node for endpoint in endpoints for node in endpoint.parameters.defaults_honoured}
        honoured |= {node for endpoint in endpoints if endpoint.body for node in endpoint.body.honoured}
        for spec in (self.spec, self.accounts):
            for place, node in vocabulary.schemas(spec):
                if "default" in node and id(node) not in honoured:
                    raise SpecError(f"{spec.path}: {place}: the mock does not honour 'default' here")
