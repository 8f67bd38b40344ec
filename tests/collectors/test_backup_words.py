"""A job's own word as data: how old its last good end is, whether it ended ill, or is late."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from datetime import timedelta

import pytest
from pydantic import ValidationError

from api.findings import found
from collectors import backup_age
from collectors._backup.params import Params
from collectors._backup.words import words_of
from core.clock import LOCAL
from core.job import Job
from core.reading import FailureKind
from tests.collectors.glances import Looking, looking, told, why
from tests.factories import DAWN, FakeClock

HOUR = timedelta(hours=1)
GIB = 2**30
AN_HOUR_AGO = f"{(DAWN - HOUR).astimezone(LOCAL):%H:%M %d/%m/%Y}"


@asynccontextmanager
async def hearing(*jobs: Job, **params: object) -> AsyncIterator[Looking]:
    said: Mapping[str, object] = {"url": "job:csdl", **params}
    async with looking(backup_age.COLLECTOR, said, clock=FakeClock()) as at:
        words_of(at.kit).take(jobs)
        yield at


def a_job(**said: object) -> Job:
    fields: dict[str, object] = {
        "name": "csdl", "by": "an", "created_at": DAWN - 500 * HOUR, "at": DAWN - 6 * HOUR,
        "good": True, "good_at": DAWN - 6 * HOUR, "size": 3 * GIB, "size_before": 3 * GIB,
        "duration": 840.0,
    }  # fmt: skip
    return Job.model_validate(fields | said)


async def test_a_job_that_ended_well_tells_age_size_and_duration() -> None:
    async with hearing(a_job()) as at:
        reading, run = await at.look()
    assert reading.ok, run.lines
    assert told(reading, "probe_backup_age_seconds") == 6 * 3600
    assert told(reading, "probe_backup_size_bytes") == 3 * GIB
    assert told(reading, "probe_backup_duration_seconds") == 840
    assert told(reading, "probe_backup_ended_well") == 1


@pytest.mark.parametrize(
    ("said", "en", "vi"),
    [
        (
            {"good_at": DAWN - 30 * HOUR, "at": DAWN - 30 * HOUR},
            "the newest backup csdl is 30 hours old, more than 26 hours",
            "bản sao lưu mới nhất csdl đã cũ 30 giờ",
        ),
        (
            {"good": False, "at": DAWN - HOUR, "detail": "disk full"},
            "csdl ended ill at {at}: disk full",
            "csdl báo hỏng lúc {at}: disk full",
        ),
        (
            {"size": GIB},
            "csdl is only 33% as large as the one before",
            "csdl chỉ bằng 33% bản trước đó",
        ),
        (
            {"at": None, "good": None, "good_at": None, "size": None, "duration": None},
            "csdl has not told yet that it ended well",
            "csdl chưa báo xong lần nào",
        ),
    ],
)
async def test_what_is_late_ill_or_small_is_told(
    said: Mapping[str, object], en: str, vi: str
) -> None:
    async with hearing(a_job(**said)) as at:
        reading, _ = await at.look()
    assert why(reading) == en.format(at=AN_HOUR_AGO)
    assert found(why(reading), "vi") == vi.format(at=AN_HOUR_AGO)


async def test_a_job_without_a_size_is_judged_by_its_age_alone() -> None:
    async with hearing(a_job(size=None), min_bytes=1000) as at:
        reading, run = await at.look()
    assert reading.ok, run.lines
    assert told(reading, "probe_backup_size_bytes") is None


async def test_what_nobody_heard_of_is_our_own_fault_not_the_backups() -> None:
    async with hearing() as at:
        reading, _ = await at.look()
        assert reading.failure is not None
        assert reading.failure.kind is FailureKind.LOCAL
        assert why(reading) == "no job is called csdl: thongsuot job make csdl"
    async with looking(backup_age.COLLECTOR, {"url": "job:csdl"}) as at:
        reading, _ = await at.look()
        assert why(reading) == "no job is heard here: it tells the hub alone"


@pytest.mark.parametrize("url", ["job:", "job:CSDL", "job:../x", "job:a b"])
def test_a_name_that_no_job_can_have_is_refused(url: str) -> None:
    with pytest.raises(ValidationError, match="name of a job"):
        Params(url=url)
