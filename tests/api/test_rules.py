"""The page of rules: which fire first, whose number is whose, in both languages."""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from core.incident import THRESHOLD, Incident, IncidentState, Member, Severity
from core.inventory import Rule
from core.outcome import Outcome
from core.people import Role
from core.status import Status
from core.text import Language
from inventory.template import BEGINNING
from tests.api.world import World, a_world, changed, estate

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


async def test_without_rules_the_page_says_where_to_write_them(tmp_path: Path) -> None:
    async with a_world(tmp_path) as world:
        assert "rules.csv" in await _page(world, "/rules")
