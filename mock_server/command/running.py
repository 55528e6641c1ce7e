"""Runs the mock: first all steps that a user's error can make fail, then the seed data, then requests."""

from __future__ import annotations

import asyncio
import logging
import os
import secrets
import socket
import sys
from collections.abc import Callable, Sequence
from importlib.metadata import version
from pathlib import Path

from fixtures.data_error import DataError
from fixtures.near import did_you_mean
from fixtures.spec import Spec, SpecError, load_spec
from fixtures.world import SIZES
from mock_server.app import Layers, create_app
from mock_server.command import keys_file
from mock_server.command.banner import banner, dashboard, keys_document, proxy_banner
from mock_server.command.logs import start_logging
from mock_server.command.options import UsageError
from mock_server.command.parent import end_with_stdin
from mock_server.command.seeding import Seed, read_seed
from mock_server.command.server import Server
from mock_server.command.sockets import bind, is_loopback, url_of
from mock_server.control.access import Access
from mock_server.http.docs_page import docs_routes
from mock_server.lint.guard import ALL
from mock_server.lint.rules import SENT_RULES
from mock_server.mock import Mock
from mock_server.runtime.durable.store import StateFileError, Store
from mock_server.settings import Settings
from mock_server.state.clock import Clock, RealClock, VirtualClock
from mock_server.state.seeded import Fill

logger = logging.getLogger(__name__)


def run(settings: Settings) -> None:
    """Serve until SIGINT or SIGTERM. Raises UsageError."""
    start_logging(settings.log_format, settings.quiet)
    if settings.end_with_stdin:
        end_with_stdin()
    _check_rules(settings.strict_client)
    if settings.keys_out:
        keys_file.discard_old(settings.keys_out)
    store = _open(settings)
    sockets = bind(settings.host, settings.port)
    try:
        mock, seed = make_mock(settings, load_spec(settings.spec))
        _serve(mock, seed, sockets, store)
    except (SpecError, DataError, StateFileError) as error:
        raise UsageError(str(error)) from None
    finally:
        for each in sockets:
            each.close()


def _open(settings: Settings) -> Store | None:
    """Open the state file, if there is one. Raises UsageError."""
    if settings.state is None:
        return None
    try:
        return Store.open(settings.state, settings.state_sync)
    except StateFileError as error:
        raise UsageError(str(error)) from None


def _check_rules(names: Sequence[str]) -> None:
    """Raise UsageError for an unknown rule of the lint."""
    known = [ALL, *(rule.id for rule in SENT_RULES)]
    for name in names:
        if name not in known:
            hint = did_you_mean(name, known) or f"the lint has {', '.join(known)}"
            raise UsageError(f"--strict-client {name}: there is no such rule ({hint})")


def make_mock(settings: Settings, spec: Spec) -> tuple[Mock, Seed]:
    """Return the mock and its seed data. Raises DataError or SpecError."""
    if settings.proxy:
        settings = settings.model_copy(update={"seed_data": "none"})
    virtual = settings.clock == "virtual"
    seed = read_seed(settings, spec, now=None if virtual else RealClock().now())
    if seed.is_large and not settings.quiet:
        logger.info("applying %s events of seed data; this takes a while", f"{seed.shop.events:,}")
    clock: Clock = VirtualClock(seed.now) if virtual else RealClock()
    return Mock(settings, spec, clock, seed.fill, _worlds(settings, spec, None if virtual else seed.now)), seed


def _worlds(settings: Settings, spec: Spec, now: float | None) -> dict[str, Callable[[], Fill]]:
    """Return the data sets with which an organisation can be filled later; each is generated at its first use."""

    def of(name: str) -> Callable[[], Fill]:
        return lambda: read_seed(settings.model_copy(update={"seed_data": name}), spec, now).fill

    return {name: of(name) for name in (*SIZES, "none")}


def _serve(mock: Mock, seed: Seed, sockets: Sequence[socket.socket], store: Store | None) -> None:
    settings = mock.settings
    token = settings.control_token.get_secret_value() if settings.control_token else None
    made_token = None if token or settings.no_control or is_loopback(sockets) else secrets.token_urlsafe(18)
    names = (*settings.host, *settings.allowed_host)
    access = None if settings.no_control else Access(token or made_token, names)
    layers = Layers(mock)
    if store is not None:
        kept = mock.keep(store, settings.state_sync)
        if not store.is_new:
            logger.info(
                "%s: continues with %d organisations and %s events", store.path, len(mock.organisations), f"{kept:,}"
            )
    app = create_app(mock, docs_routes(mock.contract, mock.organisations), access, layers)
    url = url_of(sockets)
    watching: list[asyncio.Task[None]] = []

    def announce() -> None:
        if settings.watch:
            watching.append(_start_watching(mock))
        if settings.log_format == "json" or settings.quiet:
            logger.info("ready", extra={"fields": {"url": url}})
            _log_token(made_token, settings.keys_out)
        else:
            release = version("lehnz-contract")
            control = () if settings.no_control else dashboard(url, made_token, given=bool(token))
            if settings.proxy:
                _print(proxy_banner(url, release, settings.proxy, control))
            else:
                _print(banner(url, release, mock.organisations, seed.shop, control))
        if settings.keys_out:  # comes last, so that everything is ready when the file appears
            keys = () if settings.proxy else mock.organisations.keys_everywhere()  # a proxy's target has its own keys
            keys_file.write(settings.keys_out, keys_document(url, keys, made_token))

    server = Server(app, announce, layers.stop, date_header=not settings.proxy)
    layers.wire.transport_of, layers.wire.close_idle = server.transport_of, server.close_idle
    server.run(list(sockets))
    if server.failure:
        raise server.failure
    if waiting := len(mock.ingest):
        requests = "1 accepted request" if waiting == 1 else f"{waiting:,} accepted requests"
        logger.warning("stopped; %s not visible yet", requests)


def _print(text: str) -> None:
    try:
        print(text, flush=True)
    except BrokenPipeError:  # the reader of the pipe has exited; the mock continues
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _log_token(token: str | None, keys_out: Path | None) -> None:
    """Log the token that was generated for this run if no banner shows it. With --keys-out log only the file's name,
    because logs are kept and shared."""
    if token is not None:
        where = f"it is in {keys_out}" if keys_out else f"it is {token}"
        logger.warning("other machines can reach this mock, so /_mock needs a token, generated for this run: %s", where)


def _start_watching(mock: Mock) -> asyncio.Task[None]:
    from mock_server.command.reload import watch  # imported here, because its library is seldom needed

    return asyncio.get_running_loop().create_task(watch(mock))
