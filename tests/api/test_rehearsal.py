"""The page of rehearsals: for operators, in both languages, each for who asked for it."""

import asyncio
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from alerts.night import Night
from alerts.rehearsed import Count, Letter, Rehearsed, Tally
from api.context import Web, Wish
from core.errors import Invalid, Problem
from core.incident import (
    Delivery,
    Incident,
    IncidentState,
    Member,
    Notification,
    NotificationState,
    Purpose,
    Severity,
)
from core.people import Role
from core.text import Text
from tests.api.test_door import csrf, log_in
from tests.api.test_pages import words
from tests.api.world import World, a_world, all_up

AT = datetime(2026, 10, 11, 19, 13, tzinfo=UTC)  # 02:13 on the 12th
WISHES: list[Wish] = []


def one_night() -> Rehearsed:
    """Return a night in which one person was woken by one incident, and another was not."""
    incident = Incident(
        id="SC-20261012-0001",
        root="core-1",
        severity=Severity.CRITICAL,
        state=IncidentState.RECOVERED,
        began_at=AT,
        decided_at=AT,
        recovered_at=AT + timedelta(hours=1),
        members=(Member(target="core-1", joined_at=AT),),
    )
    row = Notification(
        id=1,
        incident=incident.id,
        purpose=Purpose.PROBLEM,
        recipient="truc",
        address="truc@example.vn",
        channel="mail",
        reason="new_problem",
        because="at_once",
        due_at=AT,
        state=NotificationState.SENT,
        settled_at=AT,
    )
    sent = Delivery(notification=1, at=AT, ok=True, subject="SỰ CỐ SC-20261012-0001")
    peace = {("chi", incident.id): AT + timedelta(hours=4)}
    count = Count(AT - timedelta(days=11), AT + timedelta(days=19), Night(), peace)
    count.take([incident], [(row, [sent])])
    said = count.said()
    letter = Letter(AT + timedelta(hours=5), ("a@example.vn",), "Bản tin sáng", "ĐÃ QUA: 1")
    return Rehearsed(
        "2026-10",
        AT - timedelta(days=11),
        AT + timedelta(days=19),
        count.tally,
        Tally(incidents=1, told=1, messages=9, by_night=4),
        tuple(count.lines),
        tuple(said),
        (letter,),
    )


async def rehearse(wish: Wish, told: Callable[[float], None]) -> Rehearsed:
    WISHES.append(wish)
    told(0.5)
    if wish.script is not None:
        fault = Problem(file="script", line=2, what=Text("sai", "wrong"), mend=Text("sửa", "mend"))
        raise Invalid([fault])
    if wish.month == "2026-01":
        await asyncio.Event().wait()
    return one_night()


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    settings = Web(base_url="http://thongsuot.test", hosts=("thongsuot.test",))
    async with a_world(tmp_path, settings=settings, rehearse=rehearse) as made:
        await made.commit(all_up(made.clock.now() - timedelta(hours=1)))
        WISHES.clear()
        yield made


async def asked(world: World, **fields: str) -> str:
    """Fill in the form and return where it leads."""
    form = {"csrf": await csrf(world.client, "/rehearsal"), **fields}
    answer = await world.client.post("/rehearsal", data=form)
    assert answer.status_code == 303, answer.text
    await asyncio.sleep(0.01)
    return str(answer.headers["location"])


async def operator(world: World, name: str = "ha") -> None:
    await world.add_user(name, Role.OPERATOR, "Lê Thu Hà")
    await log_in(world, name)


async def test_a_month_is_rehearsed_and_shown_beside_what_was_told(world: World) -> None:
    await operator(world)
    where = await asked(world, kind="month", month="2026-10")
    page = words((await world.client.get(where)).text)
    assert [Wish(month="2026-10")] == WISHES
    assert "Thực tế đã báo 1 trong 1 sự cố: 9 tin" in page
    assert "SỰ CỐ SC-20261012-0001" in page
    assert "bị đánh thức:" in page
    assert "ĐÃ QUA: 1" in page
    whole = (await world.client.get(f"{where}/json")).json()
    by_night = {person["recipient"]: person["by_night"] for person in whole["would"]["people"]}
    assert by_night == {"truc": 1, "chi": 0}
    assert whole["was"]["messages"] == 9
    assert whole["incidents"][0]["left_in_peace"] == ["chi"]


async def test_the_page_speaks_english(world: World) -> None:
    await operator(world)
    await world.client.get("/language/en?next=/rehearsal")
    where = await asked(world, kind="uplink", name="hub", on="2026-12-01")
    assert [Wish(storm="uplink:hub", on="2026-12-01")] == WISHES
    page = words((await world.client.get(where)).text)
    assert "1 incidents, 1 of them told: 1 messages, 1 of them by night" in page
    assert "woken:" in page


async def test_a_script_that_cannot_be_read_is_refused_with_its_line(world: World) -> None:
    await operator(world)
    where = await asked(world, kind="script", script="[[step]]")
    page = words((await world.client.get(where)).text)
    assert "Script:2: sai. sửa." in page


async def test_a_rehearsal_is_shown_while_it_runs_and_to_nobody_else(world: World) -> None:
    await operator(world)
    where = await asked(world, kind="month", month="2026-01")
    page = (await world.client.get(where)).text
    assert "50 %" in words(page)
    assert 'http-equiv="refresh"' in page
    world.client.cookies.clear()
    await operator(world, "lan")
    assert (await world.client.get(where)).status_code == 303
    assert (await world.client.get(f"{where}/json")).status_code == 404


async def test_who_may_only_look_rehearses_nothing(world: World) -> None:
    await world.add_user("xem", Role.VIEWER, "Người xem")
    await log_in(world, "xem")
    assert (await world.client.get("/rehearsal")).status_code == 403
    assert WISHES == []
