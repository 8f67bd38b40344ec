"""A rehearsal tells what the platform would: nothing else, nothing less, and to nobody."""

import asyncio
import json
import random
from collections.abc import AsyncIterator, Callable
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

import pytest
from typer.testing import CliRunner

from alerts.rehearsed import Rehearsed, Tally
from alerts.rules import Firing
from alerts.storm import Event, Storm, ready
from alerts.storm import Step as StormStep
from alerts.storm import events as events_of
from alerts.topology import Topology
from core.clock import LOCAL, SystemClock
from core.errors import Invalid, Unavailable
from core.inventory import (
    CalendarSpan,
    Changes,
    Contact,
    EscalationStep,
    Inventory,
    Rota,
    RotaRule,
    Rule,
)
from core.silence import Scope
from lab import synthetic
from runtime.cli import rehearse
from runtime.rehearsal import Month, manners_of, rehearse_month, rehearse_storm
from runtime.rehearsing import Rehearsing
from runtime.sandbox import Stage, StageClock
from runtime.settings import Settings, load
from runtime.storm_file import read
from storage.ledger import Ledger
from storage.silences import Wanted

NOW = datetime(2026, 11, 30, 3, tzinfo=UTC)
NIGHT = date(2026, 12, 1)
BEGIN = datetime.combine(NIGHT, time(2, 12), LOCAL)
OCTOBER = Month.of("2026-10", NOW)
WEEK = Month(OCTOBER.begin, OCTOBER.begin + timedelta(days=7))
CONFIG = """
[ledger]
url = "sqlite:///ledger.db"
[channels.thu]
kind = "email"
host = "127.0.0.1"
sender = "truc@example.vn"
[channels.nhan]
kind = "http_gateway"
preset = "esms"
values = { brand = "TINH" }
secrets = { key = "secret:esms-key", secret = "secret:esms-secret" }
[telling.night]
waiting = ["warning"]
"""
PEOPLE = Inventory(
    contacts=(
        Contact(slug="an", name="An", email="an@donvi.vn", phone="0912345678"),
        Contact(slug="binh", name="Bình", email="binh@donvi.vn", quiet="dem"),
        Contact(slug="chi", name="Chi", email="chi@donvi.vn", language="en"),
    ),
    calendars=(
        CalendarSpan(
            slug="dem",
            name="Đêm",
            days=(1, 2, 3, 4, 5, 6, 7),
            begin=time(0, 0),
            end=time(6, 0),
            open_on_holidays=True,
        ),
    ),
    rotas=(Rota(slug="cntt", name="Trực CNTT"),),
    rota_rules=(
        RotaRule(
            slug="tuan",
            name="Tuần",
            rota="cntt",
            people=("chi", "an"),
            start=date(2026, 1, 5),
            turn="week",
        ),
    ),
    escalations=(
        EscalationStep(slug="chung", name="Chung", rota="cntt"),
        EscalationStep(
            slug="chung", name="Chung", step=2, after=15, tell="contact", contact="binh"
        ),
    ),
)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Settings with an e-mail channel and an SMS gateway."""
    file = tmp_path / "thongsuot.toml"
    file.write_text(CONFIG)
    return load(file, {})


@pytest.fixture
async def province(sqlite_ledger: Ledger) -> Ledger:
    """A small province with people who are told."""
    rows = synthetic.inventory(2, 8)
    fields = {name: getattr(PEOPLE, name) for name in PEOPLE.model_fields_set}
    calendars = (*rows.calendars, *PEOPLE.calendars)
    everything = rows.model_copy(update={**fields, "calendars": calendars})
    await sqlite_ledger.inventory.apply(Changes(put=everything), "an", NOW)
    return sqlite_ledger


def always(which: str) -> Callable[[Topology], Storm]:
    return lambda topology: ready(which, topology, NIGHT)  # type: ignore[arg-type]


def heard(found: Rehearsed, purpose: str = "problem") -> list[tuple[str, str]]:
    return [
        (f"{s.at.astimezone(LOCAL):%H:%M}", s.recipient) for s in found.said if s.purpose == purpose
    ]


async def test_a_line_of_a_hub_falls_at_night_and_whoever_is_on_duty_is_told_then_the_next(
    province: Ledger, settings: Settings
) -> None:
    found = await rehearse_storm(province, settings, always("uplink"), NOW, BEGIN)
    line = found.lines[0]
    assert (found.tally.incidents, found.tally.told) == (1, 1)
    assert heard(found) == [("02:13", "an"), ("02:13", "an"), ("02:28", "binh")]
    assert line.severity == "critical", "so Bình is woken in spite of the quiet hours"
    assert line.told_at is not None
    assert line.recovered_at is not None
    assert heard(found, "recovery") == [("03:40", "an"), ("03:40", "an"), ("03:40", "binh")]
    night = found.tally.nights[NIGHT - timedelta(days=1)]
    assert night.woken == {"an", "binh"}
    assert found.letters[0].at.astimezone(LOCAL).time() == time(7, 30)
    assert line.id in found.letters[0].body


async def test_nothing_of_a_rehearsal_is_written_to_the_ledger_or_left_behind(
    province: Ledger, settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "aside"))
    (tmp_path / "aside").mkdir()
    found = await rehearse_storm(province, settings, always("all"), NOW, BEGIN)
    assert found.tally.messages > 0
    assert (await province.incidents.find()).items == ()
    assert await province.outbox.next_due() is None
    assert await province.status.states() == {}
    assert list((tmp_path / "aside").iterdir()) == []


async def test_a_silence_holds_back_in_the_rehearsal_what_it_will_hold_back(
    province: Ledger, settings: Settings
) -> None:
    begin = BEGIN.astimezone(UTC) - timedelta(hours=1)
    wanted = Wanted(begin, begin + timedelta(hours=4), "bảo trì", Scope(units=("gia-lap",)))
    await province.silences.add(wanted, "an", NOW)
    found = await rehearse_storm(province, settings, always("uplink"), NOW, BEGIN)
    assert heard(found) == []
    assert [line.why for line in found.lines] == ["ended"]
    assert found.lines[0].held_by[0].startswith("TD-")
    assert "đã giữ" in found.letters[0].body or found.lines[0].id in found.letters[0].body


async def test_who_has_quiet_hours_sleeps_through_what_is_not_critical(
    province: Ledger, settings: Settings
) -> None:
    text = """
    [[step]]
    at = "02:13"
    fails = ["kenh-xa-001"]
    [[step]]
    at = "08:00"
    restored = ["kenh-xa-001"]
    """
    storm = read(text, "xa.toml", NIGHT)
    found = await rehearse_storm(province, settings, lambda _: storm, NOW, BEGIN)
    assert heard(found) == [("02:16", "an"), ("02:16", "an"), ("06:00", "binh")]
    [line] = found.lines
    assert (line.severity, line.why, line.left_in_peace) == ("major", "delay", ("binh",))
    assert found.tally.people["binh"].left_in_peace == 1
    night = found.tally.nights[NIGHT - timedelta(days=1)]
    assert night.woken >= {"an"}
    assert night.left_in_peace == {"binh"}


def history(topology: Topology, begin: datetime, end: datetime, seed: int) -> list[Event]:
    """Return lines and devices that fail at random, some of them taken on by somebody."""
    chance = random.Random(seed)
    names = [*topology.links, *(s for s in topology.order if s in topology.reach)]
    steps = []
    at = begin + timedelta(hours=1)
    while at < end - timedelta(hours=3):
        name = chance.choice(names)
        lasts = timedelta(minutes=chance.choice((1, 8, 40, 130)))
        steps += [StormStep(at=at, fails=(name,)), StormStep(at=at + lasts, restored=(name,))]
        if chance.random() < 0.4:
            steps.append(StormStep(at=at + timedelta(minutes=6), takes=name, by="chi"))
        at += timedelta(hours=chance.randrange(3, 30))
    storm = Storm(name="past", steps=tuple(sorted(steps, key=lambda s: s.at)), until=end)
    return events_of(storm, topology)


async def lived(ledger: Ledger, settings: Settings, month: Month, seed: int) -> None:
    """Let the platform live through a month in a ledger, as it would have."""
    clock = StageClock(month.begin - timedelta(hours=1))
    stage = Stage(ledger, manners_of(settings), clock)
    topology = await stage.open()
    found = history(topology, month.begin, month.end, seed)

    async def each() -> AsyncIterator[Event]:
        for event in found:
            yield event

    await stage.play(each(), month.begin, month.end)


def shares(tally: Tally) -> dict[str, tuple[int, int]]:
    return {name: (p.messages, p.by_night) for name, p in tally.people.items() if p.messages}


async def test_a_month_under_the_rules_that_it_was_lived_by_is_told_as_it_was(
    province: Ledger, settings: Settings, full: bool
) -> None:
    month = OCTOBER if full else WEEK
    await lived(province, settings, month, 1)
    found = await rehearse_month(province, settings, month, NOW)
    assert found.told is not None
    assert found.tally.incidents > 5
    assert found.tally.incidents == found.told.incidents
    assert found.tally.messages == found.told.messages
    assert shares(found.tally) == shares(found.told)
    assert {e: (n.messages, n.woken) for e, n in found.tally.nights.items() if n.messages} == {
        e: (n.messages, n.woken) for e, n in found.told.nights.items()
    }


async def test_another_rule_tells_another_story_of_the_same_month(
    province: Ledger, settings: Settings
) -> None:
    month = Month(WEEK.begin, WEEK.begin + timedelta(days=4))
    await lived(province, settings, month, 3)
    changed = EscalationStep(slug="chung", name="Chung", tell="contact", contact="an")
    old = PEOPLE.escalations
    await province.inventory.apply(
        Changes(put=Inventory(escalations=(changed,)), drop=Inventory(escalations=old[1:])),
        "an",
        NOW,
    )
    found = await rehearse_month(province, settings, month, NOW)
    assert set(found.tally.people) == {"an"}
    assert found.told is not None
    assert set(found.told.people) == {"binh", "chi"}
    assert found.tally.incidents == found.told.incidents


async def test_rules_are_rehearsed_by_when_they_would_have_fired(
    province: Ledger, settings: Settings
) -> None:
    slow = Rule(
        slug="do-tre",
        name="Độ trễ cao",
        metric="probe_icmp_rtt_mean_seconds",
        value="mean",
        window=5,
        threshold=0.1,
        recovery=0.08,
        duration=3,
        severity="major",
        enabled=True,
    )
    await province.inventory.apply(Changes(put=Inventory(rules=(slow,))), "an", NOW)
    begin = WEEK.begin + timedelta(hours=30)
    firing = Firing(
        "x", "xa-001-gw", begin, begin + timedelta(minutes=3), begin + timedelta(hours=1)
    )
    day = Month(WEEK.begin, WEEK.begin + timedelta(days=2))
    found = await rehearse_month(province, settings, day, NOW, firings=[("do-tre", firing)])
    [line] = found.lines
    assert (line.kind, line.root, line.cause) == ("threshold", "xa-001-gw", "do-tre")
    assert (line.began_at, line.decided_at) == (begin, firing.fired_at)
    assert line.recovered_at == firing.end
    assert line.people == ("chi", "binh")
    unasked = await rehearse_month(province, settings, day, NOW)
    assert any("engine" in note.en for note in unasked.notes)
    assert unasked.lines == ()


async def test_what_was_silent_before_the_month_is_not_told_in_it(
    province: Ledger, settings: Settings
) -> None:
    before = Month(WEEK.begin - timedelta(days=2), WEEK.begin + timedelta(days=1))
    clock = StageClock(before.begin)
    stage = Stage(province, manners_of(settings), clock)
    topology = await stage.open()
    fails = StormStep(at=before.begin + timedelta(hours=5), fails=("kenh-huyen-01",))
    mends = StormStep(at=WEEK.begin + timedelta(hours=9), restored=("kenh-huyen-01",))
    storm = Storm(name="past", steps=(fails, mends), until=before.end)

    async def each() -> AsyncIterator[Event]:
        for event in events_of(storm, topology):
            yield event

    await stage.play(each(), before.begin, before.end)
    day = Month(WEEK.begin, before.end)
    found = await rehearse_month(province, settings, day, NOW)
    assert {one.purpose for one in found.said} == {"recovery"}
    assert found.told is not None
    assert found.tally.messages == found.told.messages > 0


def test_it_is_rehearsed_from_the_command_line(province: Ledger, tmp_path: Path) -> None:
    assert province.database.dialect == "sqlite"
    config = tmp_path / "thongsuot.toml"
    config.write_text(CONFIG)
    script = tmp_path / "bao.toml"
    script.write_text('name = "Bão"\n[[step]]\nat = "02:13"\nfails = ["kenh-huyen-01"]\n')
    output = tmp_path / "bao.json"
    arguments = ["-c", str(config), "--script", str(script), "--on", "2026-12-01"]
    said = CliRunner().invoke(
        rehearse.app, [*arguments, "-o", str(output)], env={"THONGSUOT_LANG": "en"}
    )
    assert said.exit_code == 0, said.output
    assert "1 incidents, 1 of them told" in said.stdout
    whole = json.loads(output.read_text())
    assert whole["incidents"][0]["root"] == "kenh-huyen-01"
    assert {one["recipient"] for one in whole["messages"]} == {"an", "binh"}
    script.write_text('[[step]]\nat = "2"\n')
    refused = CliRunner().invoke(rehearse.app, arguments, env={"THONGSUOT_LANG": "en"})
    assert refused.exit_code == 2
    assert "bao.toml:2: step.1.at" in refused.stderr


async def test_the_pages_rehearse_in_a_process_of_its_own_that_leaves_nothing(
    province: Ledger, settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert province.database.url == settings.ledger.url
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "aside"))
    (tmp_path / "aside").mkdir()
    rehearsing, shares = Rehearsing(settings, SystemClock()), list[float]()
    try:
        ended = asyncio.create_task(rehearsing.rehearse("", "all", None, "", shares.append))
        while not list((tmp_path / "aside").glob("*/thongsuot-rehearsal-*")):
            await asyncio.sleep(0.05)
        await rehearsing.aclose()
        with pytest.raises(Unavailable):
            await ended
        assert list((tmp_path / "aside").iterdir()) == []
        found = await rehearsing.rehearse("", "uplink", None, "2026-12-01", shares.append)
        assert (found.name, found.tally.told) == ("uplink", 1)
        with pytest.raises(Invalid, match="nowhere"):
            await rehearsing.rehearse("", "uplink:nowhere", None, "", shares.append)
        with pytest.raises(Invalid, match="no day"):
            await rehearsing.rehearse("", "all", None, "30/2", shares.append)
    finally:
        await rehearsing.aclose()


def test_a_script_says_what_breaks_when_and_a_time_before_the_last_is_on_the_next_day() -> None:
    text = """
    name = "Đứt cáp"
    date = 2026-12-01
    [[step]]
    at = 22:13:00
    fails = ["kenh-huyen-01"]
    [[step]]
    at = "02:20"
    restored = ["kenh-huyen-01"]
    """
    storm = read(text, "bao.toml", NIGHT)
    assert [f"{step.at:%d %H:%M}" for step in storm.steps] == ["01 22:13", "02 02:20"]


@pytest.mark.parametrize(
    ("text", "line", "key"),
    [
        ('[[step]]\nat = "25:00"\n', 2, "step.1.at"),
        ('[[step]]\nat = "02:00"\nfails = "x"\n', 3, "step.1.fails"),
        ('[[step]]\nat = "02:00"\n[[step]]\nfail = ["x"]\nat = "02:01"\n', 4, "step.2.fail"),
        ('[[step]]\nfails = ["x"]\n', 1, "step.1.at"),
        ("[[step]\n", 1, None),
        ('name = "x"\n', None, "step"),
    ],
)
def test_a_fault_of_a_script_is_told_with_its_line_and_key(
    text: str, line: int | None, key: str | None
) -> None:
    with pytest.raises(Invalid) as refused:
        read(text, "bao.toml", NIGHT)
    (problem,) = refused.value.problems
    assert (problem.file, problem.key) == ("bao.toml", key)
    assert line is None or problem.line == line


async def test_a_storm_that_names_what_is_not_watched_is_refused(
    province: Ledger, settings: Settings
) -> None:
    storm = read('[[step]]\nat = "02:13"\nfails = ["kenh-la"]\n', "bao.toml", NIGHT)
    with pytest.raises(Invalid, match="kenh-la"):
        await rehearse_storm(province, settings, lambda _: storm, NOW, BEGIN)
