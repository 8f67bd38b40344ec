"""Rules: which fire first, whose number is whose, and when one would have fired."""

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from alerts.rules import Firing, Tried
from api.errands import MOST
from core.errors import Unavailable
from core.incident import THRESHOLD, Incident, IncidentState, Member, Severity
from core.inventory import Rule
from core.outcome import Outcome
from core.people import Role
from core.status import Status
from core.text import Language, Text
from inventory.template import BEGINNING
from tests.api.test_door import csrf, log_in
from tests.api.test_pages import words
from tests.api.world import DAWN, World, a_world, changed, estate

HOUR = timedelta(hours=1)

SLOW = Rule(
    slug="do-tre",
    name="Độ trễ cao",
    name_en="High delay",
    metric="probe_icmp_rtt_mean_seconds",
    labels=("site!=center",),
    value="mean",
    window=5,
    threshold=0.1,
    recovery=0.08,
    duration=3,
    enabled=True,
    source="proposal",
)


def of_a_rule(code: str, world: World, state: IncidentState = IncidentState.OPEN) -> Incident:
    at = world.clock.now() - timedelta(hours=1)
    return Incident(
        id=code,
        root="core-1",
        kind=THRESHOLD,
        severity=Severity.WARNING,
        state=state,
        began_at=at,
        decided_at=at,
        recovered_at=at if state is IncidentState.RECOVERED else None,
        cause="do-tre",
        detail="120 ms > 100 ms",
        members=(Member(target="core-1", joined_at=at),),
    )


@pytest.fixture
async def land(tmp_path: Path) -> AsyncIterator[World]:
    """One rule that fires, and the proposals that nobody has enabled."""
    rules = (*BEGINNING.rules, SLOW)
    known = estate().model_copy(update={"rules": rules})
    async with a_world(tmp_path, estate=lambda: known) as world:
        slow = changed("core-1", Status.DEGRADED, world.clock.now(), "threshold")
        over = of_a_rule("SC-20261122-0001", world, IncidentState.RECOVERED)
        await world.commit(
            Outcome(transitions=[slow], incidents=[over, of_a_rule("SC-20261122-0002", world)])
        )
        yield world


async def _page(world: World, path: str, language: Language = "vi") -> str:
    headers = {**await world.token(Role.VIEWER), "cookie": f"thongsuot_lang={language}"}
    answer = await world.client.get(path, headers=headers, follow_redirects=True)
    assert answer.status_code == 200, path
    return answer.text


async def test_a_rule_that_fires_stands_first_with_where_and_how_often(land: World) -> None:
    page = await _page(land, "/rules")
    assert page.index('data-slug="do-tre"') < page.index('data-slug="bang-thong-nhan"')
    assert "&gt; 100 ms" in page
    assert "hết khi về 80 ms" in page
    assert "probe_icmp_rtt_mean_seconds{site!=center}" in page
    assert '<a href="/incidents/SC-20261122-0002">Định tuyến lõi 1</a>' in page
    assert "2 lần trong 30 ngày qua" in page


async def test_a_proposal_does_not_pass_for_law(land: World) -> None:
    page = await _page(land, "/rules")
    ours = [rule for rule in BEGINNING.rules if rule.source == "proposal"]
    assert 0 < len(ours) < len(BEGINNING.rules)  # the machine room's numbers are law
    assert page.count("đề xuất, chưa phải quy định") == 1 + len(ours)
    asleep = [rule for rule in BEGINNING.rules if not rule.enabled]
    assert page.count("chưa có hiệu lực") == len(asleep)
    english = await _page(land, "/rules", "en")
    assert "proposal, not law" in english
    assert "High delay" in english


async def test_the_incident_of_a_rule_is_headed_by_what_was_measured(land: World) -> None:
    page = await _page(land, "/incidents/SC-20261122-0002")
    assert "Định tuyến lõi 1: vượt ngưỡng, 120 ms &gt; 100 ms" in page
    assert '<a href="/rules">Độ trễ cao</a> <small class="muted">120 ms &gt; 100 ms' in page


ONCE = Firing("rtt{instance=core-1}", "core-1", DAWN - HOUR, DAWN - HOUR / 2, None)
ASKED: list[tuple[str, timedelta]] = []


async def tried(rule: str, begin: datetime, end: datetime, told: Callable[[float], None]) -> Tried:
    """Stand for the process that looks through the history: told half, then done."""
    ASKED.append((rule, end - begin))
    told(0.5)
    if rule == "nhiet-do-phong-may":
        raise Unavailable(Text("Máy chuỗi thời gian không trả lời", "The engine does not answer"))
    if rule != SLOW.slug:
        await asyncio.Event().wait()
    over = replace(ONCE, fired_at=DAWN - 9 * HOUR, end=DAWN - 8 * HOUR, begin=DAWN - 10 * HOUR)
    return Tried(SLOW, begin, end, 5, (over, ONCE), (over,))


@pytest.fixture
async def trying(land: World) -> World:
    """An operator is logged in, and rules can be tried."""
    ASKED.clear()
    land.context = replace(land.context, try_rule=tried)
    land.app.state.context = land.context
    await land.add_user("ha", Role.OPERATOR, "Lê Thu Hà")
    await log_in(land, "ha")
    return land


async def begun(world: World, rule: str) -> str:
    """Press the button of a rule, and return the page it leads to."""
    token = await csrf(world.client, "/rules")
    answer = await world.client.post(f"/rules/{rule}/trial", data={"csrf": token})
    assert answer.status_code == 303, answer.text
    await asyncio.sleep(0.01)
    return str(answer.headers["location"])


async def test_a_rule_is_tried_by_a_button_and_says_when_it_would_have_fired(
    trying: World,
) -> None:
    assert 'action="/rules/do-tre/trial"' in (await trying.client.get("/rules")).text
    where = await begun(trying, "do-tre")
    page = await trying.client.get(where)
    text = words(page.text)
    assert [("do-tre", timedelta(days=30))] == ASKED
    assert "Thử ngưỡng: Độ trễ cao" in text
    assert "Sẽ báo 2 lần trong 30 ngày qua" in text
    assert "ở 1 đối tượng · đã xem 5 chuỗi · 1 lần nữa lúc đang mất kết nối" in text
    assert "22/11/2026 00:00 Định tuyến lõi 1 · 2 giờ" in text
    assert "đến nay chưa hết" in text
    assert 'http-equiv="refresh"' not in page.text
    await trying.client.get("/language/en?next=/rules")
    assert "Would have fired 2 times in the last 30 days" in words(
        (await trying.client.get(where)).text
    )


async def test_a_long_trial_is_told_of_while_it_runs_and_to_nobody_else(trying: World) -> None:
    where = await begun(trying, "bang-thong-nhan")
    page = (await trying.client.get(where)).text
    assert "Đang xem lại số liệu… 50 %" in words(page)
    assert 'http-equiv="refresh"' in page
    trying.client.cookies.clear()
    await trying.add_user("lan", Role.OPERATOR, "Nguyễn Thị Lan")
    await log_in(trying, "lan")
    other = await trying.client.get(where)
    assert (other.status_code, other.headers["location"]) == (303, "/rules")


async def test_a_trial_that_cannot_be_is_refused_in_a_sentence(trying: World) -> None:
    where = await begun(trying, "nhiet-do-phong-may")
    assert "Máy chuỗi thời gian không trả lời" in words((await trying.client.get(where)).text)
    token = await csrf(trying.client, "/rules")
    stranger = await trying.client.post("/rules/khong-co/trial", data={"csrf": token})
    assert (stranger.status_code, "Không có ngưỡng khong-co" in stranger.text) == (404, True)


async def test_too_many_trials_at_once_are_refused(trying: World) -> None:
    for _ in range(MOST):
        await begun(trying, "bang-thong-nhan")
    token = await csrf(trying.client, "/rules")
    more = await trying.client.post("/rules/do-tre/trial", data={"csrf": token})
    assert (more.status_code, "nhiều lần thử ngưỡng chạy dở" in more.text) == (409, True)


async def test_who_may_only_look_sees_no_button(trying: World) -> None:
    assert "/trial" not in await _page(trying, "/rules")


async def test_where_no_series_are_kept_nothing_is_offered(land: World) -> None:
    headers = await land.token(Role.OPERATOR)
    assert "/trial" not in (await land.client.get("/rules", headers=headers)).text
    answer = await land.client.post("/api/v1/rules/do-tre/trial", headers=headers)
    assert (answer.status_code, answer.json()["detail"]) == (
        503,
        "No time series are kept here, so that no rule can be tried",
    )


async def test_programs_read_rules_and_try_them(trying: World) -> None:
    trying.client.cookies.clear()
    rows = (
        await trying.client.get("/api/v1/rules", headers=await trying.token(Role.VIEWER))
    ).json()
    assert [row["slug"] for row in rows] == sorted(row["slug"] for row in rows)
    [slow] = [row for row in rows if row["slug"] == "do-tre"]
    assert (slow["bound"], slow["enabled"], slow["source"]) == ("> 100 ms", True, "proposal")
    assert (slow["firing"], slow["fired_30_days"]) == (["SC-20261122-0002"], 2)
    headers = await trying.token(Role.OPERATOR)
    path = "/api/v1/rules/do-tre/trial"
    found = (await trying.client.post(f"{path}?days=7", headers=headers)).json()
    assert [("do-tre", timedelta(days=7))] == ASKED
    assert (found["count"], found["targets"], found["hidden"], found["series"]) == (2, 1, 1, 5)
    assert [one["ended_at"] for one in found["firings"]] == ["2026-11-21T18:00:00Z", None]
    assert (await trying.client.post(f"{path}?days=0", headers=headers)).status_code == 422
    unknown = await trying.client.post("/api/v1/rules/khong-co/trial", headers=headers)
    assert (unknown.status_code, unknown.json()["detail"]) == (404, "There is no rule khong-co")


async def test_without_rules_the_page_says_where_to_write_them(tmp_path: Path) -> None:
    async with a_world(tmp_path) as world:
        assert "rules.csv" in await _page(world, "/rules")
