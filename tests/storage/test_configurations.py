"""A version for every change, masked for people, whole only for who may restore."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from core.configuration import Kept, Paper
from core.errors import Conflict, NotFound
from storage import configurations as module
from storage.configurations import ConfigurationBook
from storage.ledger import Ledger
from storage.tables import configurations
from tests.storage.test_brain import NOW

MINUTE = timedelta(minutes=1)


def a_paper(text: str = "hostname R1\nsecret abc\n", kind: Kept = Kept.RUNNING) -> Paper:
    masked = text.replace("abc", "***").replace("xyz", "***")
    return Paper(kind, "cisco_ios", text, masked, text, "hanh", "09:12 Mon")


async def test_what_is_seen_again_is_one_version(ledger: Ledger) -> None:
    book = ledger.configurations
    [first] = await book.keep("gw-1", [a_paper()], NOW)
    assert await book.keep("gw-1", [a_paper()], NOW + MINUTE) == []
    [row] = await book.versions("gw-1")
    assert (row.id, row.at, row.seen_at, row.lines) == (first.id, NOW, NOW + MINUTE, 2)
    assert (row.changed_by, row.unsaved) == ("hanh", None)


async def test_a_change_is_a_version_even_if_only_a_secret_changed(ledger: Ledger) -> None:
    book = ledger.configurations
    await book.keep("gw-1", [a_paper()], NOW)
    await book.keep("gw-1", [a_paper("hostname R1\nsecret xyz\n")], NOW + MINUTE)
    newest, oldest = await book.versions("gw-1")
    texts = [(await book.get(row.id or 0))[1] for row in (newest, oldest)]
    assert texts == ["hostname R1\nsecret ***\n"] * 2
    _, whole = await book.reveal(newest.id or 0, "an", NOW, "192.0.2.7")
    assert whole == "hostname R1\nsecret xyz\n"
    [row] = await ledger.people.audit_rows(1)
    assert (row.action, row.subject, row.actor) == ("configuration.reveal", "gw-1", "an")


async def test_running_and_startup_are_compared(ledger: Ledger) -> None:
    book = ledger.configurations
    papers = [a_paper("mtu 9000\n"), a_paper("mtu 1500\n", Kept.STARTUP)]
    await book.keep("gw-1", papers, NOW)
    running, startup = sorted(await book.newest(), key=lambda row: row.kind)
    assert (running.unsaved, startup.unsaved) == (True, None)
    await book.keep("gw-1", [papers[0], a_paper("mtu 9000\n", Kept.STARTUP)], NOW + MINUTE)
    assert [row.unsaved for row in await book.versions("gw-1", Kept.RUNNING)] == [False]


async def test_no_secret_lies_in_the_database(ledger: Ledger) -> None:
    secret = "mot-bi-mat-rat-dai"
    paper = Paper(
        Kept.RUNNING, "frr", f"password {secret}\n", "password ***\n", f"password {secret}\n"
    )
    await ledger.configurations.keep("gw-1", [paper], NOW)
    async with ledger.database.reading() as connection:
        row = (await connection.execute(select(configurations))).mappings().one()
    for value in row.values():
        assert secret.encode() not in (value if isinstance(value, bytes) else str(value).encode())


async def test_old_versions_go(ledger: Ledger, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "VERSIONS", 3)
    for number in range(5):
        await ledger.configurations.keep("gw-1", [a_paper(f"mtu {number}\n")], NOW)
    texts = [
        (await ledger.configurations.get(row.id or 0))[1]
        for row in await ledger.configurations.versions("gw-1")
    ]
    assert texts == ["mtu 4\n", "mtu 3\n", "mtu 2\n"]


async def test_what_is_not_there_is_said(ledger: Ledger) -> None:
    with pytest.raises(NotFound):
        await ledger.configurations.get(4711)
    with pytest.raises(NotFound):
        await ledger.configurations.reveal(4711, "an", NOW)


async def test_without_a_key_nothing_is_kept(ledger: Ledger) -> None:
    with pytest.raises(Conflict):
        await ConfigurationBook(ledger.database, None).keep("gw-1", [a_paper()], NOW)
