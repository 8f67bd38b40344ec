"""What people read: true, in their words, and safe."""

import re
from datetime import timedelta
from pathlib import Path

import pytest

from api.context import Health, Web
from core.channel import Balance, Standing
from core.incident import Notification, Purpose
from core.outcome import Outcome
from core.people import Role
from core.reading import Failure, FailureKind, Reading
from core.status import Status, Transition
from core.text import Text
from tests.alerts.province import sharing
from tests.api.test_door import csrf, log_in
from tests.api.world import (
    DAWN,
    HUB,
    World,
    a_world,
    all_up,
    changed,
    estate,
    hub_back,
    hub_cut,
    told,
)

CUT = DAWN - timedelta(minutes=18)
INCIDENT = "SC-20261122-0001"


async def page(world: World, path: str, role: Role = Role.VIEWER, **cookies: str) -> str:
    """Return a page's text with its white space squeezed, as that role sees it."""
    headers = await world.token(role)
    for name, value in cookies.items():
        world.client.cookies.set(name, value)
    answer = await world.client.get(path, headers=headers)
    assert answer.status_code == 200, answer.text
    return re.sub(r"\s+", " ", answer.text)


def words(text: str) -> str:
    """Return a page without its tags."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", text))


async def test_a_calm_board_says_so_and_counts_what_it_sees(world: World) -> None:
    text = words(await page(world, "/"))
    assert "Không có sự cố nào đang diễn ra" in text
    assert "Cả 6 điểm cầu đều được quan sát." in text
    assert "số liệu đến 09:00:00" in text


async def test_the_board_does_not_call_calm_what_nobody_looked_at(tmp_path: Path) -> None:
    async with a_world(tmp_path) as world:
        text = words(await page(world, "/"))
        assert "Không có sự cố" not in text
        assert "Chưa quan sát được điểm cầu nào" in text


async def test_unknown_sites_are_told_beside_the_calm(world: World) -> None:
    gone = Transition("ubnd-dak-o", Status.UP, Status.UNKNOWN, DAWN, DAWN, "not_observed")
    await world.commit(Outcome(transitions=[gone]))
    text = words(await page(world, "/"))
    assert "1 điểm cầu chưa có số liệu." in text


async def test_a_stale_platform_is_told_on_the_board(tmp_path: Path) -> None:
    old = Health(observed_until=DAWN - timedelta(minutes=5))
    async with a_world(tmp_path, health=lambda: old) as world:
        assert "Không quan sát được lúc này" in await page(world, "/")


async def test_the_board_puts_the_incident_first_and_counts_the_sites_behind(
    world: World,
) -> None:
    await world.commit(hub_cut(CUT))
    text = words(await page(world, "/"))
    assert text.index("1 sự cố đang diễn ra") < text.index("Trung tâm và điểm nút")
    assert "Kênh TSLCD Gateway Phường An Lộc: mất kết nối" in text
    assert "từ 08:42 · 18 phút" in text
    assert "ảnh hưởng 4 điểm cầu, 4 đường truyền, 8 thiết bị" in text
    assert "Chưa ai tiếp nhận" in text


async def test_statuses_are_written_and_drawn_never_coloured_alone(world: World) -> None:
    await world.commit(hub_cut(CUT))
    text = await page(world, "/")
    tile = re.search(r'<a class="tile s-unreachable"[^>]*>.*?</a>', text)
    assert tile is not None
    assert "#unreachable" in tile[0]
    assert "mất theo" in tile[0]


async def test_a_target_page_shows_the_way_to_the_centre(world: World) -> None:
    await world.commit(hub_cut(CUT))
    text = words(await page(world, "/targets/gw-dak-o"))
    steps = ["Định tuyến lõi 1", "Kênh TSLCD Gateway Phường An Lộc", "Gateway Phường An Lộc"]
    places = [text.index(step, text.index("Đường về trung tâm")) for step in steps]
    assert places == sorted(places)
    assert "Không tới được (mất theo)" in text or "không tới được (mất theo)" in text
    assert "Do: Kênh TSLCD Gateway Phường An Lộc" in text


async def test_abbreviations_keep_their_capitals(world: World) -> None:
    assert "Thiết bị điều khiển đa điểm (MCU)" in await page(world, "/targets/mcu-1")


async def test_without_an_engine_charts_say_what_is_missing(world: World) -> None:
    assert "Chưa có máy chủ chuỗi thời gian" in await page(world, "/targets/gw-dak-o")


@pytest.mark.parametrize(
    "path",
    [
        "/wall", "/units/dong-nai", "/units/an-loc", f"/targets/{HUB}", "/targets/link-an-loc",
        "/inventory?kind=link", "/inventory?status=up&q=dak", "/incidents?state=open",
        f"/incidents/{INCIDENT}", "/search?q=khong-co", "/search?q=dak",
    ],
)  # fmt: skip
async def test_every_page_speaks_vietnamese_and_english(world: World, path: str) -> None:
    await world.commit(hub_cut(CUT))
    await told(world)
    vietnamese = await page(world, path)
    english = await page(world, path, thongsuot_lang="en")
    assert '<html lang="vi"' in vietnamese
    assert '<html lang="en"' in english
    assert "Live board" in english
    assert "Bảng theo dõi" not in english


async def test_the_language_is_chosen_once_and_kept(world: World) -> None:
    answer = await world.client.get("/language/en?next=/incidents")
    assert answer.headers["location"] == "/incidents"
    assert "Log in" in (await world.client.get("/login")).text


async def test_an_unknown_page_is_friendly_for_people(world: World) -> None:
    headers = await world.token(Role.VIEWER) | {"accept": "text/html"}
    answer = await world.client.get("/targets/none", headers=headers)
    assert answer.status_code == 404
    assert "Không có đối tượng nào tên là none" in answer.text
    assert 'href="/inventory"' in answer.text


@pytest.mark.parametrize("path", ["/targets/none", "/nowhere"])
async def test_who_has_no_login_gets_no_menu_of_what_is_not_there(world: World, path: str) -> None:
    answer = await world.client.get(path, headers={"accept": "text/html"})
    assert 'href="/inventory"' not in answer.text


async def test_a_page_that_is_nowhere_keeps_the_menu(world: World) -> None:
    await world.add_user("ha", Role.OPERATOR, "Lê Thu Hà")
    await log_in(world, "ha")
    answer = await world.client.get("/nowhere", headers={"accept": "text/html"})
    assert answer.status_code == 404
    assert "Lê Thu Hà" in answer.text


async def test_the_inventory_has_headings_and_the_worst_first(world: World) -> None:
    await world.commit(hub_cut(CUT))
    text = await page(world, "/inventory?kind=link")
    assert "Nhà mạng, mã kênh" in text
    shown = re.findall(r'<li data-slug="([^"]+)" data-status="([^"]+)"', text)
    assert shown[0] == ("link-an-loc", "down")
    assert [status for _, status in shown] == ["down", *["unreachable"] * 3, "up"]


async def test_what_people_wrote_cannot_become_markup(world: World) -> None:
    await world.commit(hub_cut(CUT))
    evil = '<script>alert("x")</script>'
    await world.ledger.incidents.comment(INCIDENT, evil, world.clock.now(), evil)
    await world.ledger.incidents.acknowledge(INCIDENT, evil, world.clock.now(), evil)
    for path in ("/", "/incidents", f"/incidents/{INCIDENT}", f"/search?q={evil}"):
        text = await page(world, path)
        assert "<script>alert" not in text, path


async def test_an_operator_acknowledges_on_the_page_in_his_own_name(world: World) -> None:
    await world.add_user("ha", Role.OPERATOR, "Lê Thu Hà")
    await log_in(world, "ha")
    await world.commit(hub_cut(CUT))
    form = {"csrf": await csrf(world.client, f"/incidents/{INCIDENT}"), "note": "đang xử lý"}
    answer = await world.client.post(f"/incidents/{INCIDENT}/ack", data=form)
    assert answer.status_code == 303
    text = words((await world.client.get(f"/incidents/{INCIDENT}")).text)
    assert "Lê Thu Hà đã tiếp nhận lúc 09:00" in text
    assert "đang xử lý" in text
    again = await world.client.post(f"/incidents/{INCIDENT}/ack", data=form)
    assert again.status_code == 409
    assert "Lê Thu Hà đã tiếp nhận sự cố" in again.text


async def test_a_viewer_sees_no_button_to_acknowledge(world: World) -> None:
    await world.commit(hub_cut(CUT))
    assert "<button" not in (await page(world, f"/incidents/{INCIDENT}")).split("<main")[1]


async def test_a_form_without_its_token_changes_nothing(world: World) -> None:
    await world.add_user("ha", Role.OPERATOR)
    await log_in(world, "ha")
    await world.commit(hub_cut(CUT))
    answer = await world.client.post(f"/incidents/{INCIDENT}/ack", data={"note": "x"})
    assert answer.status_code == 403
    assert (await world.ledger.incidents.get(INCIDENT)).acked_by is None


async def test_a_link_is_used_up_by_the_button_and_not_by_looking(world: World) -> None:
    await world.commit(hub_cut(CUT))
    token = await world.ledger.links.ack_link(
        INCIDENT, "lan", world.clock.now(), timedelta(hours=1)
    )
    for _ in range(3):  # mail scanners look more than once
        answer = await world.client.get(f"/a/{token}")
        assert answer.status_code == 200
        assert "Bạn tiếp nhận với tên <b>Nguyễn Thị Lan</b>" in answer.text
    foreign = {"origin": "https://evil.example"}
    assert (await world.client.post(f"/a/{token}", headers=foreign)).status_code == 403
    done = await world.client.post(f"/a/{token}", data={"note": "tôi lo"})
    assert done.status_code == 200
    assert "<b>Nguyễn Thị Lan</b> đã tiếp nhận. Cảm ơn." in done.text
    assert (await world.ledger.incidents.get(INCIDENT)).acked_by == "lan"
    assert (await world.client.post(f"/a/{token}")).status_code == 409
    assert (await world.client.get(f"/a/{token}")).status_code == 409


async def test_a_link_that_never_was_is_refused_kindly(world: World) -> None:
    answer = await world.client.get("/a/never")
    assert answer.status_code == 404
    assert "Liên kết không tồn tại hoặc đã hết hạn" in answer.text


async def test_the_incident_page_tells_receipts_and_the_end(world: World) -> None:
    await world.commit(hub_cut(CUT))
    await told(world)
    await world.commit(hub_back(DAWN, CUT))
    text = words(await page(world, f"/incidents/{INCIDENT}"))
    assert "Kênh TSLCD Gateway Phường An Lộc: đã khôi phục" in text
    assert "Kéo dài 18 phút" in text
    assert "Đường về trung tâm hiện nay" in text
    assert "Nguyễn Thị Lan" in text
    assert "biên nhận 250 2.0.0 queued" in text


async def test_an_administrator_sees_users_tokens_and_the_audit_log(world: World) -> None:
    await world.add_user("ha", Role.OPERATOR, "Lê Thu Hà")
    await log_in(world, "ha", "sai")
    text = words(await page(world, "/admin", Role.ADMIN))
    for part in (
        "Lê Thu Hà",
        "trực vận hành",
        "program-admin",
        "đăng nhập sai",
        "192.0.2.7",
        "cập nhật danh mục phiên bản 1 ghi",
    ):
        assert part in text


async def test_a_test_message_goes_into_the_outbox_and_is_audited(tmp_path: Path) -> None:
    sent: list[str] = []

    async def send(contact: str, actor: str, now: object) -> list[Notification]:
        sent.append(f"{contact} by {actor}")
        return [
            Notification(
                incident=None,
                purpose=Purpose.TEST,
                recipient=contact,
                address="lan@example.vn",
                channel="email",
                reason="test",
                due_at=DAWN,
            )
        ]

    async with a_world(tmp_path, settings=Web(), send_test=send) as world:
        await world.add_user("ha", Role.OPERATOR)
        await log_in(world, "ha")
        form = {"csrf": await csrf(world.client, "/test-message"), "contact": "lan"}
        answer = await world.client.post("/test-message", data=form)
        assert answer.status_code == 200
        assert "lan@example.vn" in answer.text
        assert sent == ["lan by ha"]
        rows = await world.ledger.people.audit_rows(3)
        assert ("message.test", "lan") in {(row.action, row.subject) for row in rows}


async def test_channels_are_shown_with_what_is_wrong_and_what_is_left(tmp_path: Path) -> None:
    kind = Text("Tin nhắn SMS", "Text messages")
    rows = [
        Standing("email", Text("Thư điện tử", "E-mail")),
        Standing(
            "sms",
            kind,
            "phone",
            since=DAWN,
            again_at=DAWN + timedelta(minutes=5),
            why="HTTP 500",
            balance=Balance(51200, 1e5),
        ),
    ]
    async with a_world(tmp_path, settings=Web(), channels=lambda: rows) as world:
        text = words(await page(world, "/channels", Role.OPERATOR))
        assert "email Thư điện tử Không thấy lỗi" in text
        assert "Tạm nghỉ từ 22/11/2026 09:00 : HTTP 500" in text
        assert "thử lại lúc 22/11/2026 09:05" in text
        assert "Số dư 51.200 sắp hết" in text
        english = words(await page(world, "/channels", Role.OPERATOR, thongsuot_lang="en"))
        assert "Balance 51,200 running out" in english


async def test_an_only_hit_is_opened_at_once(world: World) -> None:
    headers = await world.token(Role.VIEWER)
    answer = await world.client.get("/search?q=mcu trung tam", headers=headers)
    assert (answer.status_code, answer.headers["location"]) == (303, "/targets/mcu-1")


async def test_a_degraded_device_is_shown_with_its_reason(world: World) -> None:
    await world.commit(
        Outcome(transitions=[changed("gw-dak-o", Status.DEGRADED, DAWN, "losing_packets")])
    )
    text = words(await page(world, "/targets/gw-dak-o"))
    assert "Mất gói" in text


@pytest.mark.parametrize(("age", "hours"), [(1, 1), (3, 24)])
async def test_a_young_target_is_drawn_over_an_hour(tmp_path: Path, age: int, hours: int) -> None:
    async with a_world(tmp_path) as world:
        await world.commit(all_up(world.clock.now() - timedelta(hours=age)))
        headers = await world.token(Role.VIEWER)
        page = (await world.client.get("/targets/gw-dak-o", headers=headers)).text
        assert f'<a href="?hours={hours}" aria-current="true">' in page


async def test_a_check_that_fails_is_told_on_the_page_of_its_device(world: World) -> None:
    assert "chưa có kết quả từ khi khởi động" in await page(world, "/targets/core-1")
    unset = Failure(FailureKind.LOCAL, "the secret snmp-default is not set")
    world.context.fleet.update(
        [
            Reading("core-1/snmp_interfaces", "center", DAWN, failure=unset),
            Reading("core-1/icmp", "center", DAWN),
        ]
    )
    text = words(await page(world, "/targets/core-1"))
    shown = text[text.index("Các phép đo") : text.index("Trạng thái trong")]
    assert "chưa đặt mật khẩu SNMP snmp-default: thongsuot secret set snmp-default" in shown
    assert "Ping (ICMP) đo được" in shown
    assert "the secret snmp-default is not set" in text  # for engineers, within the panel
    headers = await world.token(Role.VIEWER)
    checks = (await world.client.get("/api/v1/targets/core-1", headers=headers)).json()["checks"]
    assert {one["failure"] for one in checks} == {None, "local"}


async def test_what_lines_share_has_a_page_of_its_own_and_a_way_to_it(tmp_path: Path) -> None:
    lines = ["link-dak-o", "link-dong-xoai"]
    ringed = sharing(estate(), {"ring:viettel:3": lines})
    async with a_world(tmp_path, estate=lambda: ringed) as world:
        group = words(await page(world, "/targets/ring:viettel:3"))
        assert "Gồm Kênh TSLCD" in group
        assert "Đường về trung tâm" not in group
        line = await page(world, "/targets/link-dak-o")
        assert '<dt>Dùng chung</dt><dd><a href="/targets/ring:viettel:3">' in line
