"""Merging and splitting incidents, by the page and by the interface."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

from alerts.brain import Brain
from alerts.telling import TellingPolicy
from core.incident import (
    Incident,
    IncidentNote,
    IncidentState,
    Member,
    Notification,
    NotificationState,
    Purpose,
    Severity,
)
from core.outcome import Outcome
from core.people import Role
from core.status import Status
from runtime.by_hand import ByHand
from runtime.pipeline import Outlets, Pipeline
from tests.api.test_door import csrf, log_in
from tests.api.test_pages import page, words
from tests.api.world import DAWN, World, changed, estate, hub_cut

HUB, OTHER = "SC-20261122-0001", "SC-20261122-0002"
PAGE = f"/incidents/{HUB}"


async def deciding(world: World) -> None:
    """Let two lines be down, and a brain judge in the application."""
    await world.commit(hub_cut(DAWN - timedelta(minutes=5)))
    line = "link-dong-xoai"
    lost = ("gw-dong-xoai", "vc-dong-xoai", "ubnd-dong-xoai")
    at = DAWN - timedelta(minutes=4)
    other = Incident(
        id=OTHER,
        root=line,
        severity=Severity.MAJOR,
        began_at=at,
        decided_at=at,
        cause="silence",
        members=tuple(Member(target=slug, joined_at=at) for slug in (line, *lost)),
    )
    moves = [changed(line, Status.DOWN, at, "confirmed_silence")]
    moves += [changed(slug, Status.UNREACHABLE, at, "parent_failed", line) for slug in lost]
    note = IncidentNote(incident=OTHER, at=at, kind="opened", text=line)
    await world.commit(Outcome(transitions=moves, incidents=[other], notes=[note]))
    now = world.clock.now()
    memory = await world.ledger.brain.restore(now)
    brain = Brain(estate(), memory, TellingPolicy(), (), now)

    async def nowhere(_: Sequence[object]) -> None: ...

    outlets = Outlets(nowhere, lambda _: None, world.context.live.publish, lambda: None)
    pipeline = Pipeline(brain, world.ledger.brain, outlets, world.clock, "center")
    world.context = replace(world.context, by_hand=ByHand(brain, pipeline))
    world.app.state.context = world.context


async def posted(world: World, path: str, **fields: str | list[str]) -> tuple[int, str]:
    """Send a form as an operator; return the status and where it leads."""
    if not await world.ledger.people.users():
        await world.add_user("ha", Role.OPERATOR, "Lê Thu Hà")
        await log_in(world, "ha")
    token = await csrf(world.client, "/silences")
    answer = await world.client.post(path, data={"csrf": token, **fields})
    return answer.status_code, answer.headers.get("location", "")


async def test_an_operator_merges_and_splits_on_the_page(world: World) -> None:
    await deciding(world)
    why = "cùng một sợi cáp"
    assert await posted(world, f"{PAGE}/merge", others=[OTHER], reason=why) == (303, PAGE)
    text = words((await world.client.get(PAGE)).text)
    assert "Gộp bằng tay Kênh TSLCD Gateway Phường Đồng Xoài" in text
    assert f"Gộp bằng tay sự cố · Lê Thu Hà {OTHER} : {why}" in text
    assert "Được gộp bằng tay vào" not in text
    assert f"Mở sự cố · {OTHER}" in text
    assert "Đã gộp vào" in words((await world.client.get(f"/incidents/{OTHER}")).text)
    status, new = await posted(world, f"{PAGE}/split", target="ubnd-dak-o", reason="máy hỏng")
    assert (status, new) == (303, "/incidents/SC-20261122-0003")
    text = words((await world.client.get(new)).text)
    assert f"Tách từ {HUB}" in text
    assert "UBND Xã Đăk Ơ" in text
    [row] = [r for r in await world.ledger.people.audit_rows() if r.action == "incident.split"]
    assert (row.actor, row.detail) == ("ha", "ubnd-dak-o: máy hỏng")


async def test_each_of_two_merged_incidents_says_which_went_on_and_leads_to_the_other(
    world: World,
) -> None:
    await world.commit(hub_cut(DAWN - timedelta(minutes=5)))
    heir = await world.ledger.incidents.get(HUB)
    gone = heir.model_copy(
        update={"id": OTHER, "state": IncidentState.MERGED, "merged_into": HUB, "members": ()}
    )
    sides = ((HUB, OTHER), (OTHER, HUB))
    notes = [IncidentNote(incident=at, at=DAWN, kind="merged", text=to) for at, to in sides]
    await world.commit(Outcome(incidents=[gone], notes=notes))
    for (code, other), said in zip(
        sides, ("Đã nhận vào đây sự cố", "Đã gộp, theo dõi tiếp ở sự cố"), strict=True
    ):
        raw = await page(world, f"/incidents/{code}")
        timeline = raw[raw.index('data-part="timeline"') :]
        assert f"{said} {other}" in words(timeline)
        assert f'<a href="/incidents/{other}">' in timeline


async def test_why_a_message_did_not_go_is_said_as_it_was(world: World) -> None:
    await world.commit(hub_cut(DAWN - timedelta(minutes=5)))
    gone = (await world.ledger.incidents.get(HUB)).model_copy(
        update={"state": IncidentState.MERGED, "merged_into": OTHER, "version": 2}
    )
    note = Notification(
        incident=HUB,
        purpose=Purpose.PROBLEM,
        recipient="minh",
        address="minh@example.vn",
        channel="email",
        reason="new_problem",
        due_at=DAWN,
        state=NotificationState.CANCELLED,
        settled_at=DAWN,
    )
    await world.commit(Outcome(incidents=[gone], notifications=[note]))
    text = words(await page(world, PAGE))
    assert f"đã huỷ 09:00: đã gộp vào {OTHER}" in text
    assert "sự cố hết trước" not in text


REFUSED: tuple[tuple[str, dict[str, str | list[str]], int], ...] = (
    ("merge", {"reason": "x"}, 409),
    ("merge", {"others": OTHER}, 422),
    ("merge", {"others": "SC-20261122-0999", "reason": "x"}, 409),
    ("split", {"target": "link-an-loc", "reason": "x"}, 409),
    ("split", {"target": "gw-dong-xoai", "reason": "x"}, 404),
    ("split", {"target": "ubnd-dak-o", "reason": " "}, 422),
)


async def test_what_cannot_be_is_refused_with_a_sentence(world: World) -> None:
    await deciding(world)
    for path, fields, status in REFUSED:
        assert (await posted(world, f"{PAGE}/{path}", **fields))[0] == status, (path, fields)
    assert (await world.ledger.incidents.get(HUB)).version == 1


async def test_a_program_merges_and_splits_and_a_viewer_may_not(world: World) -> None:
    await deciding(world)
    operator, viewer = await world.token(Role.OPERATOR), await world.token(Role.VIEWER)
    path = f"/api/v1/incidents/{HUB}"
    wish: dict[str, object] = {"incidents": [OTHER], "reason": "cùng cáp"}
    refused = await world.client.post(f"{path}/merge", json=wish, headers=viewer)
    assert refused.status_code == 403
    merged = await world.client.post(f"{path}/merge", json=wish, headers=operator)
    assert merged.json()["further"] == ["link-dong-xoai"]
    again = await world.client.post(f"{path}/merge", json=wish, headers=operator)
    assert again.status_code == 409
    wish = {"target": "link-dong-xoai", "reason": "không phải"}
    apart = await world.client.post(f"{path}/split", json=wish, headers=operator)
    assert (apart.json()["root"], apart.json()["apart_from"]) == ("link-dong-xoai", HUB)


async def test_where_nobody_judges_nothing_is_offered_and_all_is_refused(world: World) -> None:
    await world.commit(hub_cut(DAWN))
    assert (await posted(world, f"{PAGE}/merge", others=[OTHER], reason="x"))[0] == 503
    text = (await world.client.get(PAGE)).text
    assert "Gộp sự cố khác vào" not in text
    assert "Tách một đối tượng" not in text
