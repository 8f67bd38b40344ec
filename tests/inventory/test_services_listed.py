"""Services as offices list them: addresses without a scheme."""

from pathlib import Path

from core.inventory import Inventory
from inventory import csvfiles, leaving, lists
from tests.inventory.builders import ON
from tests.inventory.workbooks import Cell, a_province, saved

HEAD: list[Cell] = ["Tên dịch vụ", "Loại dịch vụ", "Địa chỉ"]


def test_a_list_writes_the_scheme_itself_and_says_so() -> None:
    rows: list[list[Cell]] = [
        ["Trang tin", "Website", "dongnai.gov.vn"],
        ["Thư", "Thư điện tử", "mail.dongnai.gov.vn:993"],
        ["Giờ", "ntp", "10.75.0.123"],
    ]
    content = saved(("Dịch vụ", [HEAD, *rows]))
    found = lists.propose("ds.xlsx", content, a_province(), ON)
    assert not found.problems
    services = found.proposal.plan.result.services
    assert {(s.kind, s.url) for s in services} == {
        ("website", "https://dongnai.gov.vn/"),
        ("mail", "tcp://mail.dongnai.gov.vn:993"),
        ("ntp", "ntp://10.75.0.123"),
    }
    told = [notice.what.vi for notice in found.notices]
    assert '"dongnai.gov.vn" đọc là https://dongnai.gov.vn/' in told
    again = lists.propose("ds.xlsx", content, found.proposal.plan.result, ON)
    assert again.proposal.plan.empty


def test_a_name_server_without_a_name_to_ask_for_is_told_how_to_write_it() -> None:
    content = saved(("Dịch vụ", [HEAD, ["Tên miền", "dns", "10.75.0.20"]]))
    (problem,) = lists.propose("ds.xlsx", content, a_province(), ON).problems
    assert (problem.line, problem.key) == (2, "Địa chỉ")
    assert "dns://10.75.0.20/tên-miền?type=A" in problem.mend.vi


def test_the_strict_folder_only_proposes_the_address(tmp_path: Path) -> None:
    (tmp_path / "services.csv").write_text(
        "slug,name,kind,url\ntin,Trang tin,website,dongnai.gov.vn\n", encoding="utf-8"
    )
    (problem,) = csvfiles.parse(tmp_path).problems
    assert "Có phải là https://dongnai.gov.vn/ ?" in problem.mend.vi


def test_what_depends_on_a_row_that_is_left_out_goes_with_it(tmp_path: Path) -> None:
    (tmp_path / "services.csv").write_text(
        "slug,name,kind,url,depends_on\n"
        "csdl,Cơ sở dữ liệu,other,tcp://10.0.0.4:5432,\n"
        "du,Dự phòng,other,tcp://10.0.0.5:5432,\n"
        "cong,Cổng,portal,https://cong.example/,du|csdl\n"
        "tin,Trang tin,website,https://tin.example/,du\n",
        encoding="utf-8",
    )
    found = csvfiles.parse(tmp_path)
    [lost] = leaving.orphans(found, Inventory(), {2})
    assert (lost.column, lost.slug) == ("depends_on", "csdl")
