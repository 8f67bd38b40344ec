"""A job speaks with its token; an end that was ill leaves the last good one standing."""

from datetime import timedelta

import pytest

from core.errors import NotFound
from storage.ledger import Ledger
from tests.storage.test_brain import NOW

HOUR = timedelta(hours=1)


async def test_a_token_is_that_of_one_job_and_its_hash_alone_is_kept(ledger: Ledger) -> None:
    book = ledger.jobs
    plain = await book.make("csdl-ioffice", "an", NOW)
    other = await book.make("csdl-mot-cua", "an", NOW)
    assert await book.may_speak("csdl-ioffice", plain)
    assert not await book.may_speak("csdl-ioffice", other)
    assert not await book.may_speak("nothing", plain)
    assert plain not in str([job.model_dump() for job in await book.known()])
    [audited, _] = await ledger.people.audit_rows(2)
    assert (audited.action, audited.subject) == ("job.make", "csdl-mot-cua")


async def test_what_ended_ill_leaves_the_last_good_end_and_its_size(ledger: Ledger) -> None:
    book = ledger.jobs
    await book.make("csdl", "an", NOW)
    await book.hear("csdl", NOW, good=True, size=1000, duration=12.5)
    await book.hear("csdl", NOW + HOUR, good=True, size=400)
    await book.hear("csdl", NOW + 2 * HOUR, good=False, size=7, detail="disk full")
    [job] = await book.known()
    assert (job.good, job.at, job.detail) == (False, NOW + 2 * HOUR, "disk full")
    assert (job.good_at, job.size, job.size_before) == (NOW + HOUR, 400, 1000)
    plain = await book.make("csdl", "binh", NOW + 3 * HOUR)  # a new token forgets nothing
    [job] = await book.known()
    assert (job.good_at, job.size, job.by) == (NOW + HOUR, 400, "binh")
    assert await book.may_speak("csdl", plain)


async def test_a_job_that_was_ended_is_heard_no_more(ledger: Ledger) -> None:
    plain = await ledger.jobs.make("csdl", "an", NOW)
    await ledger.jobs.revoke("csdl", "an", NOW)
    assert not await ledger.jobs.may_speak("csdl", plain)
    await ledger.jobs.hear("csdl", NOW, good=True)
    assert await ledger.jobs.known() == []
    with pytest.raises(NotFound):
        await ledger.jobs.revoke("csdl", "an", NOW)
