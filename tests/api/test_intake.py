"""The import page: a real workbook sent, previewed, mended and applied; nothing before that."""

import io
import re

import httpx
import openpyxl
import pytest

from api.lists import Sent, Weighed
from api.uploads import LIFETIME, MOST, MOST_BYTES, Upload, Uploads
from core.inventory import Inventory
from core.people import Role
from tests.api.test_door import csrf, log_in
from tests.api.test_pages import words
from tests.api.world import World

WIDE = (
    ("DANH SÁCH ĐIỂM KẾT NỐI",),
    (),
    ("STT", "Tên đơn vị", "Xã/Phường", "IP WAN", "Nhà mạng", "Mã kênh", "Băng thông"),
    (1, "UBND xã Đăk Ơ", "Đăk Ơ", "10.75.9.1", "VNPT", "DNI-0001", "100Mbps"),
    (2, "UBND xã Phú Nghĩa", "xã Phú Nghĩa", "10.75.9.2", "Viettel", "DNI-0002", 200),
)
CONTACTS = (
    ("Họ và tên", "Điện thoại", "Thư điện tử"),
    ("Lê Thị Hoa", "912345678", "hoa@donvi.gov.vn"),
)


def workbook(*rows: tuple[object, ...], title: str = "Danh sách") -> bytes:
    """Return an .xlsx with one sheet."""
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = title
    for row in rows:
        sheet.append(list(row))
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


async def administrator(world: World) -> None:
    await world.add_user("quan", Role.ADMIN, "Quản Trị")
    await log_in(world, "quan")


async def sent(world: World, name: str, content: bytes, **fields: str) -> httpx.Response:
    """Send a file and follow to its preview."""
    form = {"csrf": await csrf(world.client, "/import"), **fields}
    answer = await world.client.post("/import", data=form, files={"file": (name, content)})
    if answer.status_code == 303:
        return await world.client.get(answer.headers["location"])
    return answer


def path_of(page: httpx.Response) -> str:
    """Return the address of a preview."""
    return page.url.path


async def test_a_list_is_previewed_then_applied(world: World) -> None:
    await administrator(world)
    before = await world.context.ledger.inventory.version()
    page = await sent(world, "đầu mối.xlsx", workbook(*CONTACTS, title="Đầu mối"))
    text = words(page.text)
    assert page.status_code == 200
    assert "đầu mối.xlsx" in text
    assert "Lê Thị Hoa" in text
    assert await world.context.ledger.inventory.version() == before
    token = await csrf(world.client, path_of(page))
    done = await world.client.post(f"{path_of(page)}/apply", data={"csrf": token})
    assert f"phiên bản danh mục {before + 1}" in words(done.text)
    contacts = (await world.context.ledger.inventory.load()).contacts
    assert "0912345678" in {contact.phone for contact in contacts}
    gone = await world.client.get(path_of(page))
    assert gone.status_code == 404


async def test_a_wide_list_needs_to_know_where_its_lines_begin(world: World) -> None:
    await administrator(world)
    page = await sent(world, "kênh.xlsx", workbook(*WIDE))
    text = words(page.text)
    assert "chưa áp dụng được" in text
    assert "đầu phía trung tâm" in text
    assert 'action="' + path_of(page) + '/apply"' not in page.text


async def test_faults_are_told_with_their_place_and_come_back_in_the_workbook(
    world: World,
) -> None:
    await administrator(world)
    rows = (*CONTACTS, ("Trần Văn Sai", "không có", "sai"))
    page = await sent(world, "a.xlsx", workbook(*rows, title="Đầu mối"))
    assert "dòng 3" in words(page.text)
    back = await world.client.get(f"{path_of(page)}/errors.xlsx")
    assert back.status_code == 200
    names = openpyxl.load_workbook(io.BytesIO(back.content)).sheetnames
    assert names[0] == "Tóm tắt"
    assert "a.loi.xlsx" in back.headers["content-disposition"]


async def test_a_partial_import_leaves_out_what_is_wrong(world: World) -> None:
    await administrator(world)
    rows = (*CONTACTS, ("Trần Văn Sai", "không có", "sai"))
    page = await sent(world, "a.xlsx", workbook(*rows, title="Đầu mối"), partial="on")
    assert "1 dòng có lỗi sẽ được bỏ lại" in words(page.text)
    token = await csrf(world.client, path_of(page))
    done = await world.client.post(f"{path_of(page)}/apply", data={"csrf": token})
    assert "Đã áp dụng" in words(done.text)
    names = {contact.name for contact in (await world.context.ledger.inventory.load()).contacts}
    assert "Lê Thị Hoa" in names
    assert "Trần Văn Sai" not in names


async def test_a_column_that_was_named_once_is_known_the_next_time(world: World) -> None:
    await administrator(world)
    rows = (("Cán bộ trực", "Điện thoại", "Thư điện tử"), ("Lê Hoa", "0912345678", "h@d.vn"))
    page = await sent(world, "a.xlsx", workbook(*rows, title="Đầu mối"))
    field = re.search(r'name="(map[^"]*Cán bộ trực)"', page.text)
    assert field is not None
    named = {"csrf": await csrf(world.client, path_of(page)), field[1]: "contacts.name"}
    await world.client.post(path_of(page), data=named)
    token = await csrf(world.client, path_of(page))
    done = await world.client.post(f"{path_of(page)}/apply", data={"csrf": token})
    assert "Đã áp dụng" in words(done.text)
    again = (rows[0], ("Lê Hoa", "0912345678", "h@d.vn"), ("Vũ Mai", "0987654321", "m@d.vn"))
    page = await sent(world, "b.xlsx", workbook(*again, title="Đầu mối"))
    text = words(page.text)
    assert "chưa áp dụng được" not in text
    assert "Vũ Mai" in text
    assert "Lê Hoa" not in text.split("Sẽ thêm")[-1]


async def test_the_inventory_changed_meanwhile_and_the_preview_is_made_anew(world: World) -> None:
    await administrator(world)
    page = await sent(world, "a.xlsx", workbook(*CONTACTS, title="Đầu mối"))
    token = await csrf(world.client, "/days")
    day = {"csrf": token, "on": "2026-11-24", "kind": "holiday", "name": "x"}
    await world.client.post("/days", data=day)
    refused = await world.client.post(f"{path_of(page)}/apply", data={"csrf": token})
    assert refused.status_code == 422
    assert "đã thay đổi" in words(refused.text)
    done = await world.client.post(f"{path_of(page)}/apply", data={"csrf": token})
    assert "Đã áp dụng" in words(done.text)


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("a.xlsx", b"PK\x03\x04 cut short", "chưa áp dụng được"),
        ("a.doc", b"\xd0\xcf\x11\xe0", "chưa áp dụng được"),
        ("a.csv", b"", "chưa áp dụng được"),
        ("a.yaml", b"contacts: [1, 2", "chưa áp dụng được"),
    ],
)
async def test_what_cannot_be_read_is_told_and_changes_nothing(
    world: World, name: str, content: bytes, said: str
) -> None:
    await administrator(world)
    before = await world.context.ledger.inventory.version()
    page = await sent(world, name, content)
    assert page.status_code == 200
    assert said in words(page.text)
    assert await world.context.ledger.inventory.version() == before


async def test_no_file_is_a_sentence(world: World) -> None:
    await administrator(world)
    form = {"csrf": await csrf(world.client, "/import")}
    answer = await world.client.post("/import", data=form)
    assert answer.status_code == 422
    assert "Chưa chọn tệp" in words(answer.text)


async def test_only_administrators_import_and_only_their_own_files(world: World) -> None:
    headers = await world.token(Role.OPERATOR)
    file = {"file": ("a.xlsx", workbook(*CONTACTS))}
    assert (await world.client.post("/import", files=file, headers=headers)).status_code == 403
    await administrator(world)
    page = await sent(world, "a.xlsx", workbook(*CONTACTS, title="Đầu mối"))
    world.client.cookies.clear()
    other = await world.client.get(path_of(page), headers=await world.token(Role.ADMIN))
    assert other.status_code == 404


async def test_the_template_is_a_workbook_that_can_be_sent_back(world: World) -> None:
    await administrator(world)
    answer = await world.client.get("/import/template.xlsx")
    names = openpyxl.load_workbook(io.BytesIO(answer.content)).sheetnames
    assert "Đường truyền" in names
    page = await sent(world, "danh-muc.xlsx", answer.content)
    assert "Sẽ thêm" not in words(page.text)


async def test_a_file_above_the_limit_is_refused_before_it_is_read(world: World) -> None:
    await administrator(world)
    form = {"csrf": await csrf(world.client, "/import")}
    big = {"file": ("a.xlsx", b"PK" + bytes(34 * 1024 * 1024))}
    assert (await world.client.post("/import", data=form, files=big)).status_code == 413


def an_upload(size: int = 1) -> Upload:
    return Upload("quan", Sent("a.xlsx", bytes(size)), Weighed(), 1)


def test_the_shelf_holds_few_files_for_a_while_for_their_sender_alone() -> None:
    shelf = Uploads()
    tokens = [shelf.keep(an_upload(), float(n)) for n in range(MOST + 2)]
    assert [bool(shelf.of(token, "quan", 20.0)) for token in tokens] == [False] * 2 + [True] * MOST
    assert shelf.of(tokens[-1], "ha", 20.0) is None
    assert shelf.of(tokens[-1], "quan", LIFETIME + 20.0) is None


def test_the_shelf_lets_the_oldest_go_when_files_are_large() -> None:
    shelf = Uploads()
    first = shelf.keep(an_upload(MOST_BYTES // 2), 1.0)
    second = shelf.keep(an_upload(MOST_BYTES // 2 + 2), 2.0)
    assert shelf.of(first, "quan", 3.0) is None
    assert shelf.of(second, "quan", 3.0) is not None
    assert Inventory() == second_inventory(shelf, second)


def second_inventory(shelf: Uploads, token: str) -> Inventory:
    """Return what an upload without changes would put."""
    found = shelf.of(token, "quan", 3.0)
    assert found is not None
    return found.weighed.changes.put


async def test_more_rows_than_the_page_keeps_are_left_to_the_command(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    await administrator(world)
    before = await world.context.ledger.inventory.version()
    monkeypatch.setattr("api.lists.MOST_CHANGES", 0)
    page = await sent(world, "a.xlsx", workbook(*CONTACTS, title="Đầu mối"))
    assert "thongsuot import" in words(page.text)
    refused = await world.client.post(
        f"{path_of(page)}/apply", data={"csrf": await csrf(world.client, "/import")}
    )
    assert refused.status_code == 422
    assert await world.context.ledger.inventory.version() == before
