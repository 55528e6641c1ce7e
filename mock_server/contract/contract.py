"""The spec, compiled into what the server needs for each request. Whatever the spec says and the mock does not do is an
error at start, and so is what the mock does and the spec does not say."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any, NamedTuple
from urllib.parse import unquote_to_bytes

from fixtures.spec import KeyType, Node, Operation, Spec, SpecError
from mock_server.accounts.roles import Role
from mock_server.contract import shape, vocabulary
from mock_server.contract.limits import BUCKETS, Credential, Limits, limiters_of, limits_of
from mock_server.contract.parameters import Parameters, path_names, split_path
from mock_server.contract.responses import Responses
from mock_server.contract.strategies import check_strategies
from mock_server.contract.validation import Validator, listed
from mock_server.domain.limits import DIALECTS
from mock_server.errors import BadRequest, FieldError
from mock_server.settings import Settings

TENANT = "tenant_id"  # the path parameter that names an organisation
_TYPES = {"object": dict, "array": list}


class Handler(NamedTuple):
    """What answers an operation, and the fields or parameters that it relies on: required, or with a default.

    `answer` takes an edge.routes.Call where the operation needs a key, and an edge.account_calls.AccountCall else."""

    answer: Callable[[Any], Awaitable[tuple[int, bytes]]]
    needs: tuple[str, ...]


class Body:
    """A request body: validators by JSON type, so that errors are exact, and what is filled in."""

    def __init__(self, spec: Spec, operation: Operation, schema: Node) -> None:
        place = f"{operation.method} {operation.path} ({operation.operation_id}): requestBody"
        resolved = spec.resolve(schema)
        alternatives = isinstance(resolved, dict) and resolved.keys() <= {"oneOf", "description"}
        branches = resolved["oneOf"] if alternatives else [schema]
        self._validators: dict[type, Validator] = {}
        schemas: list[Node | bool] = []  # of a record, whether it comes alone or in an array
        for branch in branches:
            node = spec.resolve(branch)
            kind = _TYPES.get(str(node.get("type"))) if isinstance(node, dict) else None
            if kind is None or kind in self._validators:
                raise SpecError(f"{spec.path}: {place}: alternatives must be told apart by type: object or array")
            self._validators[kind] = Validator(spec, branch, place)
            schemas.append(spec.resolve(node.get("items", {})) if kind is list else node)
        properties = [
            (name, field)
            for record in schemas
            if isinstance(record, dict)
            for name, field in record.get("properties", {}).items()
            if isinstance(field, dict)
        ]
        self._defaults = {name: field["default"] for name, field in properties if "default" in field}
        self._aliases = {name: field["x-aliases"] for name, field in properties if "x-aliases" in field}
        self.honoured = [id(field) for _, field in properties]
        required = [set(record.get("required", ())) for record in schemas if isinstance(record, dict)]
        self.certain = set.intersection(*required) | self._defaults.keys()  # fields that every record has

    def records_of(self, document: Any) -> list[dict[str, Any]]:
        """The body as records: nulls and gaps replaced by defaults (R49), aliases by canonical names (R8).

        Raises ApiError for an invalid body."""
        validator = self._validators.get(type(document))
        if validator is None:
            names = " or ".join(f"an {name}" for name, kind in _TYPES.items() if kind in self._validators)
            raise BadRequest(*listed([FieldError("$", f"must be {names}")]))
        if problem := validator.problem(document):
            raise problem
        records = document if type(document) is list else [document]
        for name, default in self._defaults.items():
            for record in records:
                if record.get(name) is None:
                    record[name] = default
        for name, aliases in self._aliases.items():
            for record in records:
                value = record.get(name)
                if isinstance(value, str) and value in aliases:
                    record[name] = aliases[value]
        return records


class Endpoint:
    """One operation, ready to be served."""

    __slots__ = ("answer", "body", "credential", "key_type", "operation", "parameters", "roles")

    def __init__(self, spec: Spec, operation: Operation, handler: Handler) -> None:
        place = f"{spec.path}: {operation.method} {operation.path} ({operation.operation_id})"
        self.operation = operation
        self.answer = handler.answer
        self.parameters = Parameters(spec, operation)
        self.body = Body(spec, operation, operation.request_schema) if operation.request_schema else None
        self.credential: Credential = "key" if operation.key_type else "token" if operation.bearer else "nothing"
        self.key_type: KeyType | None = operation.key_type
        self.roles = _roles(operation, place)
        if operation.bucket != BUCKETS[self.credential]:
            raise SpecError(f"{place}: the mock serves it with x-rate-limit: {BUCKETS[self.credential]}")
        for name in set(handler.needs) - self.parameters.certain - (self.body.certain if self.body else set()):
            raise SpecError(f"{place}: the mock needs {name!r}: it must be required or have a default")


def _roles(operation: Operation, place: str) -> frozenset[Role]:
    names = [role.value for role in Role]
    if set(operation.roles) - set(names):
        raise SpecError(f"{place}: x-roles may name {', '.join(names)}")
    if bool(operation.roles) != (operation.bearer and TENANT in path_names(operation.path)):
        raise SpecError(f"{place}: x-roles belong to operations with a bearer token and {{{TENANT}}} in the path")
    return frozenset(map(Role, operation.roles))


class Path:
    """One path of the spec: its methods."""

    __slots__ = ("allow", "endpoints", "segments")

    def __init__(self, template: str) -> None:
        self.segments = template.split("/")[1:]
        self.endpoints: dict[str, Endpoint] = {}
        self.allow = ""

    def match(self, segments: list[bytes]) -> dict[str, bytes] | None:
        """The path parameters, still encoded, of a path that fits."""
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


class Contract:
    """Raises SpecError, one line that names the place."""

    def __init__(self, spec: Spec, settings: Settings, handlers: Mapping[str, Handler]) -> None:
        shape.check(spec)
        vocabulary.check(spec)
        self.spec = spec
        self.limits: Limits = limits_of(spec)
        self.max_body = int(settings.max_body or self.limits.max_body_bytes)
        self.max_depth, self.ranking_depth = self.limits.max_depth, self.limits.ranking_depth
        self.limiters = limiters_of(spec, settings)
        self.limiter = self.limiters["key"]
        self.headers_for = DIALECTS[settings.rate_limit_headers]
        self.responses = Responses(spec) if settings.validate_responses else None
        self._fixed: dict[bytes, Path] = {}
        self._templates: list[Path] = []
        paths: dict[str, Path] = {}
        for operation in spec.operations:
            if operation.operation_id not in handlers:
                raise SpecError(f"{spec.path}: operation {operation.operation_id} has no handler in the mock")
            path = paths.setdefault(operation.path, Path(operation.path))
            path.endpoints[operation.method] = Endpoint(spec, operation, handlers[operation.operation_id])
        for operation_id in handlers.keys() - {operation.operation_id for operation in spec.operations}:
            raise SpecError(f"{spec.path}: the mock's handler {operation_id} has no operation")
        for template in sorted(paths, key=lambda template: "{" in template):  # a fixed path goes first
            path = paths[template]
            path.allow = ", ".join(sorted(path.endpoints))
            self._templates.append(path)
            if "{" not in template:
                self._fixed[template.encode()] = path
        self._check_defaults([endpoint for path in paths.values() for endpoint in path.endpoints.values()])
        check_strategies(spec)

    def find(self, raw_path: bytes) -> tuple[Path, Mapping[str, bytes]] | None:
        """The path of the spec that a request means, and its parameters."""
        path = self._fixed.get(raw_path)
        if path:
            return path, {}
        segments = split_path(raw_path)
        for path in self._templates:
            parameters = path.match(segments)
            if parameters is not None:
                return path, parameters
        return None

    def _check_defaults(self, endpoints: list[Endpoint]) -> None:
        """A default or an alias anywhere else than on a field of a body's record, or on a parameter, does nothing."""
        honoured = {node for endpoint in endpoints for node in endpoint.parameters.defaults_honoured}
        honoured |= {node for endpoint in endpoints if endpoint.body for node in endpoint.body.honoured}
        for place, node in vocabulary.schemas(self.spec):
            for word in ("default", "x-aliases"):
                if word in node and id(node) not in honoured:
                    raise SpecError(f"{self.spec.path}: {place}: the mock does not honour {word!r} here")
