"""The JSON interface: what it says, page by page, and how it refuses."""

from datetime import timedelta
from typing import Any

import pytest

from core.people import Role
from tests.api.test_pages import page, words
from tests.api.world import BEHIND, DAWN, HUB, World, hub_back, hub_cut, told

CUT = DAWN - timedelta(seconds=30)
INCIDENT = "SC-20261122-0001"


async def get(world: World, path: str) -> Any:
    """Return the document at a path, as a viewer's program sees it."""
    token = await world.token(Role.VIEWER)
    answer = await world.client.get(f"/api/v1{path}", headers=token)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def test_the_tree_counts_sites_by_status_worst_first(world: World) -> None:
    await world.commit(hub_cut(CUT))
    [top] = await get(world, "/units")
    assert top["slug"] == "dong-nai"
    assert top["code"] == "75"
    assert top["sites"] == {"unreachable": 4, "up": 2}
    assert top["status"] == "unreachable"
    order = [child["slug"] for child in top["children"]]
    assert set(order[:4]) == {"an-loc", *BEHIND}
    assert order[4:] == ["binh-phuoc", "dong-xoai"]


async def test_names_are_sorted_as_vietnamese_dictionaries_do(world: World) -> None:
    [top] = await get(world, "/units")
    names = [child["name"] for child in top["children"]]
    assert names == [
        "Phường An Lộc",
        "Phường Bình Phước",
        "Phường Đồng Xoài",
        "Xã Bù Gia Mập",
        "Xã Đăk Ơ",
        "Xã Phú Nghĩa",
    ]


async def test_a_target_tells_its_status_cause_path_and_incident(world: World) -> None:
    await world.commit(hub_cut(DAWN + timedelta(seconds=10)))
    found = await get(world, "/targets/gw-dak-o")
    assert found["status"] == "unreachable"
    assert found["since"] == "2026-11-22T02:00:10Z"
    assert found["cause"] == "link-an-loc"
    assert found["incident"] == INCIDENT
    assert found["path"] == ["gw-dak-o", "link-dak-o", "gw-an-loc", "link-an-loc", "core-1"]
    assert [check["slug"] for check in found["checks"]] == ["gw-dak-o/icmp"]


async def test_lists_are_paged_by_cursor_without_loss_or_repetition(world: World) -> None:
    headers = await world.token(Role.VIEWER)
    seen, cursor = [], ""
    while True:
        answer = await world.client.get(f"/api/v1/devices?limit=3{cursor}", headers=headers)
        page = answer.json()
        seen += [row["slug"] for row in page["items"]]
        if page["next"] is None:
            break
        cursor = f"&cursor={page['next']}"
    assert len(seen) == len(set(seen)) == 12
    assert seen == sorted(seen)


async def test_lists_are_filtered_by_unit_and_status(world: World) -> None:
    await world.commit(hub_cut(CUT))
    page = await get(world, "/sites?status=unreachable&unit=an-loc")
    assert [row["slug"] for row in page["items"]] == [HUB]


async def test_an_unchanged_list_is_not_sent_twice(world: World) -> None:
    headers = await world.token(Role.VIEWER)
    for path in ("/units", "/sites", "/incidents"):
        first = await world.client.get(f"/api/v1{path}", headers=headers)
        again = headers | {"if-none-match": first.headers["etag"]}
        second = await world.client.get(f"/api/v1{path}", headers=again)
        assert (second.status_code, second.content) == (304, b"")
    await world.commit(hub_cut(CUT))
    assert (await world.client.get("/api/v1/incidents", headers=again)).status_code == 200


async def test_transitions_and_intervals_of_a_target(world: World) -> None:
    world.clock.advance(600)  # type: ignore[attr-defined]
    cut = DAWN + timedelta(seconds=60)
    await world.commit(hub_cut(cut))
    await world.commit(hub_back(cut + timedelta(seconds=240), cut))
    rows = await get(world, "/targets/link-an-loc/transitions")
    assert [row["new"] for row in rows] == ["up", "down", "up"]
    spans = await get(world, "/targets/link-an-loc/intervals?hours=1")
    assert [span["status"] for span in spans][-3:] == ["up", "down", "up"]
    assert spans[-2]["begin"] == "2026-11-22T02:01:00Z"
    assert spans[-2]["end"] == "2026-11-22T02:05:00Z"


async def test_an_incident_tells_whom_it_touches_and_who_was_told(world: World) -> None:
    await world.commit(hub_cut(CUT))
    await told(world)
    found = await get(world, f"/incidents/{INCIDENT}")
    assert found["root_name"] == "Kênh TSLCD Gateway Phường An Lộc"
    assert found["touched"] == len(found["members"]) == 16
    [message] = found["told"]
    assert message["notification"]["recipient"] == "lan"
    assert message["notification"]["state"] == "sent"
    assert message["deliveries"][0]["receipt"] == "250 2.0.0 queued"
    assert [note["kind"] for note in found["timeline"]] == ["opened", "told"]


async def test_an_operator_acknowledges_once_and_is_named(world: World) -> None:
    await world.commit(hub_cut(CUT))
    headers = await world.token(Role.OPERATOR)
    path = f"/api/v1/incidents/{INCIDENT}"
    answer = await world.client.post(f"{path}/ack", json={"text": "đang xem"}, headers=headers)
    assert answer.status_code == 200
    assert answer.json()["acked_by"] == "program-operator"
    again = await world.client.post(f"{path}/ack", json={}, headers=headers)
    assert again.status_code == 409
    assert again.headers["content-type"] == "application/problem+json"
    assert "đã tiếp nhận" in again.json()["detail_vi"]
    rows = await world.ledger.people.audit_rows(5)
    assert ("program-operator", "incident.ack") in {(row.actor, row.action) for row in rows}


async def test_a_comment_joins_the_timeline_and_is_told_live(world: World) -> None:
    await world.commit(hub_cut(CUT))
    headers = await world.token(Role.OPERATOR)
    async with world.context.live.subscribe() as heard:
        answer = await world.client.post(
            f"/api/v1/incidents/{INCIDENT}/comment", json={"text": "đã gọi VNPT"}, headers=headers
        )
        assert answer.status_code == 201
        event = await heard.get(1)
    assert event is not None
    assert (event.kind, event.subject) == ("note", INCIDENT)
    notes = await world.ledger.incidents.notes(INCIDENT)
    assert (notes[-1].actor, notes[-1].text) == ("program-operator", "đã gọi VNPT")


async def test_an_empty_comment_is_refused(world: World) -> None:
    headers = await world.token(Role.OPERATOR)
    answer = await world.client.post(
        f"/api/v1/incidents/{INCIDENT}/comment", json={"text": ""}, headers=headers
    )
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["where"] == "body.text"


@pytest.mark.parametrize(
    ("query", "first"),
    [("dak o", "dak-o"), ("ĐĂK Ơ", "dak-o"), ("bu gia map", "ba-gia-map"), ("tsl-an-loc", None)],
)
async def test_search_needs_no_diacritics(world: World, query: str, first: str | None) -> None:
    hits = await get(world, f"/search?q={query}")
    assert hits
    if first:
        assert hits[0]["slug"] == first


async def test_namesakes_are_told_apart_by_where_they_lie(world: World) -> None:
    hits = await get(world, "/search?q=gateway%20dak")
    assert hits[0]["where"] == "Xã Đăk Ơ – Tỉnh Đồng Nai"


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/targets/none", 404),
        ("/units/none", 404),
        ("/incidents/none", 404),
        ("/sites?limit=0", 422),
        ("/sites?status=broken", 422),
        ("/sites?cursor=%00%ff", 400),
        ("/incidents?cursor=none", 422),
        ("/series/gw-dak-o", 503),
        ("/nowhere", 404),
    ],
)
async def test_a_refusal_is_a_problem_document(world: World, path: str, status: int) -> None:
    headers = await world.token(Role.VIEWER)
    answer = await world.client.get(f"/api/v1{path}", headers=headers)
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["status"] == status


async def test_the_openapi_document_describes_every_operation(world: World) -> None:
    document = await get(world, "/openapi.json")
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            assert operation.get("summary"), (method, path)
            assert operation.get("description"), (method, path)
    for name, schema in document["components"]["schemas"].items():
        assert (
            schema.get("description")
            or schema.get("enum")
            or "HTTP" in name
            or (name == "ValidationError")
        ), name


async def test_me_tells_the_role(world: World) -> None:
    me = await get(world, "/me")
    assert me["role"] == "viewer"
    assert me["csrf"] is None


async def test_the_ledger_of_telling_says_who_when_why_and_with_what_receipt(world: World) -> None:
    await world.commit(hub_cut(CUT))
    await told(world)
    await world.ledger.incidents.acknowledge(INCIDENT, "lan", world.clock.now())
    found = await get(world, f"/incidents/{INCIDENT}/telling?language=en")
    first = found["lines"][0]
    assert first["person"] == "Nguyễn Thị Lan"
    assert first["reason"] == "opened"
    assert (first["state"], first["fate"]) == ("sent", "sent")
    assert first["attempts"][0]["receipt"] == "250 2.0.0 queued"
    assert first["due_at"]
    assert found["taken"]["way"] == "logged in (page or interface)"


async def test_page_list_and_interface_give_the_length_that_the_instants_come_to(
    world: World,
) -> None:
    began, ended = DAWN - timedelta(minutes=66, seconds=54.1), DAWN + timedelta(seconds=0.1)
    await world.commit(hub_cut(began))
    await world.commit(hub_back(ended, began))
    code = "SC-20261122-0001"
    assert (await get(world, f"/incidents/{code}"))["lasted"] == 66 * 60 + 55
    shown = words(await page(world, f"/incidents/{code}"))
    assert "Bắt đầu 22/11/2026 07:53:05 Khôi phục 22/11/2026 09:00:00" in shown
    for path in (f"/incidents/{code}", "/incidents?state=recovered", "/targets/link-an-loc"):
        assert "1 giờ 06 phút 55 giây" in words(await page(world, path)), path
