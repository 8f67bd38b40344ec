"""Fixtures that several packages share: a ledger on each of the databases we speak."""

import gc
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from hypothesis import settings
from xdist.remote import Producer
from xdist.scheduler import LoadFileScheduling

from core.clock import SystemClock
from storage.ledger import Ledger, open_ledger
from storage.vault import Vault
from tests import length, once, sharing
from tests.databases import PostgresServer, migrated, postgres_programs


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add our options."""
    length.add_option(parser)


def pytest_configure() -> None:
    """Time no example: a slow machine is no defect of ours. And do once what once is enough."""
    once.compile_statements_once()
    once.name_no_results()
    once.wait_for_no_disk()
    settings.register_profile("untimed", deadline=None)
    settings.load_profile("untimed")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Let long tests run as long as was asked, and the longest files begin first."""
    length.apply(config, items)
    length.longest_first(items)


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Iterator[None]:
    """Look for no garbage while the tests are read, nor among them later: they stay to the end."""
    gc.disable()
    try:
        return (yield)
    finally:
        gc.enable()
        gc.freeze()


def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> LoadFileScheduling | None:
    """Keep in one process what shares something."""
    return sharing.scheduling(config, log)


@pytest.fixture
def full(request: pytest.FixtureRequest) -> bool:
    """Say whether this run is at full length."""
    return bool(request.config.getoption("--full"))


@pytest.fixture(scope="session")
def postgres() -> Iterator[PostgresServer]:
    """A real PostgreSQL for the whole run."""
    programs = postgres_programs()
    if programs is None:
        pytest.skip("no PostgreSQL server is installed (package postgresql)")
    server = PostgresServer(programs)
    yield server
    server.stop()


@pytest.fixture
def sqlite_url(tmp_path: Path) -> str:
    """The address of a new SQLite ledger."""
    url = f"sqlite:///{tmp_path}/ledger.db"
    migrated(url)
    return url


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def ledger_url(request: pytest.FixtureRequest) -> Iterator[str]:
    """The address of a new ledger, on SQLite and on PostgreSQL."""
    if request.param == "sqlite":
        yield request.getfixturevalue("sqlite_url")
        return
    server: PostgresServer = request.getfixturevalue("postgres")
    url = server.migrated()
    yield url
    server.drop(url)


@pytest.fixture
def vault(tmp_path: Path) -> Vault:
    """A vault with a key of its own."""
    return Vault.open(tmp_path / "master.key")


@pytest.fixture
async def ledger(ledger_url: str, vault: Vault) -> AsyncIterator[Ledger]:
    """A new ledger, on SQLite and on PostgreSQL."""
    opened = await open_ledger(ledger_url, vault, SystemClock())
    yield opened
    await opened.aclose()


@pytest.fixture
async def sqlite_ledger(sqlite_url: str, vault: Vault) -> AsyncIterator[Ledger]:
    """A new ledger on SQLite, for tests of something else."""
    opened = await open_ledger(sqlite_url, vault, SystemClock())
    yield opened
    await opened.aclose()
