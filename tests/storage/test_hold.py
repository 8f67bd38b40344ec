"""One ledger, one platform."""

import asyncio

import pytest

from core.errors import Conflict
from storage.hold import held
from tests.databases import PostgresServer

QUICK = 0.02  # seconds


async def test_a_ledger_that_is_held_is_refused_to_another(ledger_url: str) -> None:
    async with held(ledger_url):
        with pytest.raises(Conflict, match="is running on"):
            async with held(ledger_url):
                pytest.fail("two platforms hold one ledger")


async def test_a_ledger_is_free_once_its_holder_has_gone(ledger_url: str) -> None:
    for _ in range(2):
        async with held(ledger_url):
            pass


@pytest.mark.postgres
async def test_two_databases_of_one_server_are_held_apart(postgres: PostgresServer) -> None:
    async with held(postgres.empty()), held(postgres.empty()):
        pass


@pytest.mark.postgres
async def test_after_a_restart_of_the_database_the_ledger_is_held_again(
    postgres: PostgresServer,
) -> None:
    url = postgres.empty()
    async with held(url, QUICK) as keep:
        keeping = asyncio.create_task(keep())
        postgres.drop_connections()
        await _is_held(url)
        assert not keeping.done()
        keeping.cancel()


@pytest.mark.postgres
async def test_who_lost_the_ledger_to_another_platform_ends(postgres: PostgresServer) -> None:
    url = postgres.empty()
    async with held(url, QUICK) as keep:
        postgres.drop_connections()
        async with held(url):
            with pytest.raises(Conflict, match="is running on"):
                await keep()


async def _is_held(url: str) -> None:
    """Wait until somebody holds the ledger."""
    async with asyncio.timeout(20):
        while True:
            try:
                async with held(url):
                    await asyncio.sleep(0)
            except Conflict:
                return
            await asyncio.sleep(5 * QUICK)
