"""Which digital certificates end soon, and how near?"""

from datetime import date, timedelta

import pytest

from core.inventory import Certificate, Inventory
from inventory import lists
from inventory.expiry import Ending, endings

TODAY = date(2026, 11, 22)


def a_certificate(slug: str = "cts-an", left: int = 20, **changes: object) -> Certificate:
    fields: dict[str, object] = {
        "slug": slug,
        "name": "Nguyễn Văn An",
        "serial": "5401aa",
        "ends": TODAY + timedelta(days=left),
    }
    return Certificate.model_validate(fields | changes)


def test_the_next_to_end_comes_first_and_what_was_retired_is_no_more() -> None:
    rows = (
        a_certificate("far", 400),
        a_certificate("ended", -3),
        a_certificate("near", 10),
        a_certificate("old", 5, valid_to=TODAY),
        a_certificate("later", 5, valid_from=TODAY + timedelta(days=1)),
    )
    assert [one.certificate.slug for one in endings(rows, TODAY)] == ["ended", "near", "far"]
    assert [one.certificate.slug for one in endings(rows, TODAY, 60)] == ["ended", "near"]


@pytest.mark.parametrize(
    ("left", "stage", "ended"),
    [(61, None, False), (60, 60, False), (30, 30, False), (8, 30, False), (7, 7, False),
     (1, 7, False), (0, 0, False), (-1, 0, True)],
)  # fmt: skip
def test_the_last_day_is_still_good(left: int, stage: int | None, ended: bool) -> None:
    one = Ending(a_certificate(left=left), left)
    assert (one.stage, one.has_ended) == (stage, ended)


LIST = """DANH SÁCH CHỨNG THƯ SỐ
STT,Tên thuê bao,Loại,Số serial,Đơn vị cấp,Ngày cấp,Ngày hết hạn,Ghi chú
1,Nguyễn Văn An,Cá nhân,54:01:AA,Ban Cơ yếu,20/11/2024,20/11/2027,USB token
2,UBND phường Bình Phước,Cơ quan,5401AB,Ban Cơ yếu,01/01/2025,31/12/2026,
"""


def test_a_list_as_offices_keep_it_is_read_and_known_again_by_the_serial_number() -> None:
    found = lists.propose("Danh sách chứng thư số.csv", LIST.encode(), Inventory(), TODAY)
    assert not found.problems, found.problems
    first, second = (step.row for step in found.proposal.plan.added)
    assert isinstance(first, Certificate)
    assert isinstance(second, Certificate)
    assert (first.serial, first.ends, first.kind) == ("54:01:AA", date(2027, 11, 20), "person")
    assert (second.kind, second.issuer, second.begins) == (
        "organisation",
        "Ban Cơ yếu",
        date(2025, 1, 1),
    )
    renamed = LIST.replace("Nguyễn Văn An", "Nguyễn Văn Ân")
    again = lists.propose("Danh sách.csv", renamed.encode(), found.proposal.plan.result, TODAY)
    assert not again.proposal.plan.added
    assert [step.name for step in again.proposal.plan.changed] == [first.slug]


def test_a_certificate_without_an_end_is_refused_with_its_place() -> None:
    text = LIST.replace("31/12/2026", "")
    found = lists.propose("cts.csv", text.encode(), Inventory(), TODAY)
    [problem] = found.problems
    assert problem.said("en").startswith("cts.csv:4: Ngày hết hạn: ")
