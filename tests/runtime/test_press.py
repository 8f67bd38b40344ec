"""Reports are counted and printed in a process of their own."""

import asyncio
import os
import time
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from benchmarks.report_set import END, make
from core.clock import SystemClock
from core.errors import NotFound, Unavailable
from reports.asking import asked
from reports.render.formats import render
from reports.render.kinds import Format
from reports.render.letterhead import Letterhead
from reports.report import PeriodKind, ScopeKind
from reports.request import UptimeRequest
from runtime import press as module
from runtime.press import Press
from tests.reports.builders import a_province

HEAD = Letterhead(office="Sở")


def october(unit: str = "75") -> UptimeRequest:
    return asked({ScopeKind.UNIT: unit}, {PeriodKind.MONTH: "2026-10"}, END)


@pytest.fixture
async def press(tmp_path: Path) -> AsyncIterator[Press]:
    await make(tmp_path, communes=2, outages=1)
    made = Press(f"sqlite:///{tmp_path / 'ledger.db'}", HEAD, SystemClock())
    yield made
    await made.aclose()


async def test_it_counts_and_prints_elsewhere_and_lets_us_go_on(press: Press) -> None:
    longest, before = 0.0, time.perf_counter()
    job = asyncio.create_task(press.build(october()))
    while not job.done():
        await asyncio.sleep(0.005)
        now = time.perf_counter()
        longest, before = max(longest, now - before), now
    report = await job
    assert report.rows[0].targets == 3
    made = await press.printed(report, "vi", Format.XLSX)
    assert made == render(report, HEAD, "vi", Format.XLSX)
    assert longest < 1.0


async def test_a_refusal_comes_back_as_it_was_said(press: Press) -> None:
    with pytest.raises(NotFound, match="2500"):
        await press.build(october("2500"))


async def test_the_same_facts_give_the_same_report(press: Press) -> None:
    assert await press.build(october()) == await press.build(october())


async def test_a_process_without_work_is_given_up(
    press: Press, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "IDLE", 0.01)
    report = await press.build(october())
    async with asyncio.timeout(10):
        while press._counting._pool is not None:
            await asyncio.sleep(0.01)
    assert await press.build(october()) == report


async def test_a_process_that_dies_is_said_and_replaced(press: Press) -> None:
    with pytest.raises(Unavailable, match="has died"):
        await press._counting.run(os._exit, 1)
    assert (await press.build(october())).rows


async def test_too_many_at_once_are_refused(press: Press, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "WAITING", 2)
    report = replace(a_province(1), links=())
    jobs = [press.printed(report, "vi", Format.CSV) for _ in range(4)]
    done = await asyncio.gather(*jobs, return_exceptions=True)
    assert [isinstance(one, Unavailable) for one in done] == [False, False, True, True]


async def test_closing_waits_for_no_report_that_is_being_made(press: Press) -> None:
    job = asyncio.create_task(press._printing.run(time.sleep, 60))
    assert (await press.build(october())).rows  # both processes are there
    began = time.perf_counter()
    await press.aclose()
    assert time.perf_counter() - began < 10
    with pytest.raises(Unavailable):
        await job
