"""Figures that others declare: lists sent on a page and by the API, shown, exported, sent again."""

import io

import httpx
import openpyxl

from core.people import Role
from tests.api.test_door import csrf, log_in
from tests.api.test_pages import page, words
from tests.api.world import World

COMPUTERS = "Đơn vị;CBCC;Máy tính;Máy tính nối Internet\nXã Đăk Ơ;20;24;12\nXã Phú Nghĩa;10;9;9\n"


async def sent(world: World, name: str, text: str | bytes, **fields: str) -> httpx.Response:
    await world.add_user("ha", Role.OPERATOR, "Lê Thu Hà")
    await log_in(world, "ha")
    form = {"csrf": await csrf(world.client, f"/figures/{name}"), **fields}
    content = text.encode() if isinstance(text, str) else text
    file = "a.xlsx" if isinstance(text, bytes) else "a.csv"
    return await world.client.post(f"/figures/{name}", data=form, files={"file": (file, content)})


async def posted(world: World, path: str, text: str, role: Role = Role.OPERATOR) -> httpx.Response:
    headers = await world.token(role)
    return await world.client.post(f"/api/v1/figures/{path}", content=text, headers=headers)


async def test_a_list_that_is_sent_is_shown_with_shares_and_their_sources(world: World) -> None:
    answer = await sent(world, "computers", COMPUTERS, period="10/2026")
    told = words(answer.text)
    assert answer.status_code == 200, told
    assert "Đã nhập: 2 dòng mới, 0 dòng thay số, 0 dòng không đổi" in told
    assert "số liệu tháng 10/2026" in told
    assert "120,0" in told  # PCs per official, not capped
    assert "không chặn ở 100" in told
    assert "xã, phường chưa có số liệu mới" in told
    overview = words(await page(world, "/figures"))
    assert "Máy tính và cán bộ" in overview
    assert "33 / 30" in overview
    unit = words(await page(world, "/units/dak-o"))
    assert "Số liệu đơn vị khai" in unit
    assert "24" in unit[unit.index("Máy tính đang dùng") :]


async def test_a_list_with_a_fault_changes_nothing_and_a_trial_neither(world: World) -> None:
    answer = await sent(world, "computers", COMPUTERS + "Xã Nào Đó;1;1;1\n", period="10/2026")
    assert answer.status_code == 422
    told = words(answer.text)
    assert "1 lỗi: chưa nhập gì" in told
    assert "a.csv , dòng 4" in told.replace("a.csv,", "a.csv ,")
    assert "không có đơn vị hành chính nào tên" in told
    form = {"csrf": await csrf(world.client, "/figures/computers"), "period": "10/2026"}
    trial = await world.client.post(
        "/figures/computers",
        data={**form, "trial": "on"},
        files={"file": ("a.csv", COMPUTERS.encode())},
    )
    assert "Xem trước, chưa nhập: 2 dòng mới" in words(trial.text)
    assert "Chưa có số liệu" in words(await page(world, "/figures/computers"))


async def test_figures_long_past_are_marked_and_give_no_share(world: World) -> None:
    await sent(world, "computers", COMPUTERS, period="1/2026")
    text = await page(world, "/figures/computers")
    assert text.count('class="stale"') == 2
    assert "đã cũ" in words(text)
    assert "120,0" not in words(text)


async def test_the_template_is_read_back_once_it_is_filled_in(world: World) -> None:
    await world.add_user("ha", Role.OPERATOR, "Lê Thu Hà")
    blank = await world.client.get(
        "/figures/bts/template.xlsx", headers=await world.token(Role.OPERATOR)
    )
    book = openpyxl.load_workbook(io.BytesIO(blank.content))
    sheet = book.worksheets[0]
    heads = [cell.value for cell in sheet[1]]
    assert heads[:4] == ["Đơn vị", "Kỳ", "Nhà mạng", "Số trạm"]
    assert sheet["B2"].value == "10/2026"
    assert sheet.max_row == 1 + 6  # every commune of the world
    sheet["C2"], sheet["D2"] = "Viettel", 12
    sheet["C3"], sheet["D3"] = "Viettel", 7
    out = io.BytesIO()
    book.save(out)
    headers = await world.token(Role.OPERATOR)
    answer = await world.client.post(
        "/api/v1/figures/bts",
        params={"file": "bts.xlsx"},
        content=out.getvalue(),
        headers=headers,
    )
    assert answer.status_code == 200, answer.text
    assert answer.json()["added"] == 2


async def test_the_api_takes_a_list_tells_its_faults_and_keeps_history(world: World) -> None:
    done = await posted(world, "computers?period=10/2026", COMPUTERS)
    assert done.json() | {"notices": []} == {
        "applied": True, "added": 2, "changed": 0, "same": 0, "notices": [],
    }  # fmt: skip
    trial = await posted(
        world, "computers?period=10/2026&dry_run=true", COMPUTERS.replace("24", "25")
    )
    assert (trial.json()["applied"], trial.json()["changed"]) == (False, 1)
    again = await posted(world, "computers?period=10/2026", COMPUTERS.replace("24", "25"))
    assert (again.json()["changed"], again.json()["same"]) == (1, 1)
    bad = await posted(world, "computers?period=hom+qua", COMPUTERS)
    assert bad.status_code == 422
    assert (await posted(world, "nothing", COMPUTERS)).status_code == 404
    assert (await posted(world, "computers", COMPUTERS, Role.VIEWER)).status_code == 403
    headers = await world.token(Role.VIEWER)
    rows = (await world.client.get("/api/v1/figures/computers", headers=headers)).json()
    [row] = [one for one in rows if one["unit"] == "dak-o"]
    assert row["shares"]["per_official"] == {
        "of": 25.0, "per": 20.0, "value": 1.25, "indicator": "I4",
    }  # fmt: skip
    lists = (await world.client.get("/api/v1/figures", headers=headers)).json()
    [one] = [one for one in lists if one["name"] == "computers"]
    assert (one["units"], one["stale"], one["values"]["pcs"]) == (2, 0, 34.0)
    said = await world.client.get("/api/v1/figures/computers/units/dak-o", headers=headers)
    assert [(row["values"]["pcs"], row["replaced_at"] is None) for row in said.json()] == [
        (25.0, True),
        (24.0, False),
    ]


async def test_the_table_is_a_workbook_with_real_numbers(world: World) -> None:
    await posted(world, "computers?period=10/2026", COMPUTERS)
    headers = await world.token(Role.VIEWER)
    answer = await world.client.get("/figures/computers.xlsx", headers=headers)
    rows = list(openpyxl.load_workbook(io.BytesIO(answer.content)).worksheets[0].values)
    assert rows[0][:4] == ("Đơn vị", "Kỳ", "Cán bộ, công chức, viên chức", "Máy tính đang dùng")
    assert rows[1][:6] == ("Xã Đăk Ơ", "10/2026", 20, 24, 12, None)
    assert rows[1][6] == 1.2
