"""Causes: stated on the page, for many at once, by programs; offered from what carriers say."""

from datetime import timedelta

from core.finding import CATEGORIES, Fault
from core.incident import IncidentState
from core.outcome import Outcome
from core.people import Role
from core.ticket import Step
from storage.findings import Stated
from storage.tickets import Said
from tests.api.test_by_hand import posted
from tests.api.test_pages import page, words
from tests.api.world import DAWN, World, hub_back, hub_cut

CODE = "SC-20261122-0001"
PAGE = f"/incidents/{CODE}"
MERGED = {"state": IncidentState.MERGED, "merged_into": "SC-20261122-0009"}


async def over(world: World) -> None:
    """Let the hub's line have been down and be back."""
    cut = DAWN - timedelta(hours=2)
    await world.commit(hub_cut(cut))
    await world.commit(hub_back(DAWN - timedelta(hours=1), cut))


async def test_a_cause_is_stated_changed_and_kept_in_the_timeline(world: World) -> None:
    await over(world)
    assert "Còn thiếu nguyên nhân" in await page(world, PAGE)
    assert await posted(world, f"{PAGE}/cause", category="power", text="cháy trạm biến áp") == (
        303,
        f"{PAGE}#cause",
    )
    text = words((await world.client.get(PAGE)).text)
    assert "Mất điện : cháy trạm biến áp" in text
    assert "thuộc về điện lực Lê Thu Hà, 09:00" in text
    await posted(world, f"{PAGE}/cause", category="carrier-cable", fault="nobody", text="lũ cuốn")
    text = words((await world.client.get(PAGE)).text)
    assert "Đứt cáp, tuyến của nhà mạng : lũ cuốn thuộc về bất khả kháng" in text
    said = text.split("Diễn biến")[1]
    assert "mất điện (điện lực): cháy trạm biến áp" in said
    assert "đứt cáp, tuyến của nhà mạng (bất khả kháng): lũ cuốn" in said
    rows = [r for r in await world.ledger.people.audit_rows() if r.action == "incident.cause"]
    assert [row.actor for row in rows] == ["ha", "ha"]


async def test_what_is_not_offered_is_refused(world: World) -> None:
    await over(world)
    for fields in (
        {"category": ""},
        {"category": "gremlins"},
        {"category": "power", "fault": "me"},
    ):
        assert (await posted(world, f"{PAGE}/cause", **fields))[0] == 422, fields
    assert await world.ledger.findings.latest([CODE]) == {}


async def test_the_missing_are_listed_until_they_are_stated_together(world: World) -> None:
    await over(world)
    text = await page(world, "/causes")
    assert CODE in text
    assert 'name="incidents"' not in text  # a viewer cannot state any
    assert (await posted(world, "/causes", category="power"))[0] == 422  # none is chosen
    assert (await posted(world, "/causes", incidents=[CODE]))[0] == 422
    assert await posted(world, "/causes", incidents=[CODE], category="disaster") == (
        303,
        "/causes?kept=1",
    )
    text = words((await world.client.get("/causes?kept=1")).text)
    assert "Đã ghi nguyên nhân của 1 sự cố." in text
    assert "Sự cố nào đã hết cũng có nguyên nhân" in text
    assert (await world.ledger.findings.latest([CODE]))[CODE].fault is Fault.NOBODY


async def test_what_the_carrier_said_is_offered(world: World) -> None:
    await over(world)
    await posted(world, "/causes")  # logs in
    now = world.clock.now()
    row, _ = await world.ledger.tickets.report(CODE, "VNPT", Said("ha", now))
    fields = {"step": Step.FIXED.value, "why": "xe múc làm đứt cáp"}
    assert (await posted(world, f"{PAGE}/tickets/{row.id}", **fields))[0] == 303
    text = (await world.client.get(PAGE)).text
    assert 'value="VNPT: xe múc làm đứt cáp"' in text
    assert '<option value="carrier-cable" selected>' in text
    assert "báo khắc phục 09:00: xe múc làm đứt cáp" in words(text)


async def test_one_that_was_merged_has_the_cause_of_the_other(world: World) -> None:
    cut = hub_cut(DAWN)
    gone = cut.incidents[0].model_copy(update=MERGED)
    await world.commit(Outcome(incidents=[gone]))
    assert (await posted(world, f"{PAGE}/cause", category="power"))[0] == 409
    assert 'name="category"' not in (await world.client.get(PAGE)).text


async def test_a_program_reads_the_list_and_states(world: World) -> None:
    await over(world)
    operator, viewer = await world.token(Role.OPERATOR), await world.token(Role.VIEWER)
    kinds = (await world.client.get("/api/v1/causes/categories", headers=viewer)).json()
    assert {one["slug"] for one in kinds} == set(CATEGORIES)
    [one] = (await world.client.get("/api/v1/causes/missing", headers=viewer)).json()
    assert one["id"] == CODE
    wish = {"incidents": [CODE], "category": "power", "text": "cắt điện luân phiên"}
    assert (await world.client.post("/api/v1/causes", json=wish, headers=viewer)).status_code == 403
    [kept] = (await world.client.post("/api/v1/causes", json=wish, headers=operator)).json()
    assert (kept["name"], kept["name_en"], kept["fault"]) == ("mất điện", "power cut", "power")
    assert (await world.client.get("/api/v1/causes/missing", headers=viewer)).json() == []
    whole = (await world.client.get(f"/api/v1/incidents/{CODE}", headers=viewer)).json()
    assert whole["stated_cause"]["text"] == "cắt điện luân phiên"
    wish |= {"category": "gremlins"}
    refused = await world.client.post("/api/v1/causes", json=wish, headers=operator)
    assert refused.status_code == 422
    assert "power" in str(refused.json()["errors"])


async def test_what_was_known_at_a_moment_is_told_again(world: World) -> None:
    await over(world)
    now = world.clock.now()
    for n, slug in enumerate(("power", "disaster")):
        at = now + timedelta(hours=n)
        await world.ledger.findings.state([CODE], Stated("ha", at, CATEGORIES[slug]))
    book = world.ledger.findings
    assert (await book.latest([CODE]))[CODE].category == "disaster"
    assert (await book.latest([CODE], now))[CODE].category == "power"
    assert await book.latest([CODE], now - timedelta(hours=1)) == {}
