"""What a reader must know beside the figures."""

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from core.clock import LOCAL
from core.text import Text
from reports.counting import Counting
from reports.hours import EXPECTED
from reports.request import ROWS
from reports.scopes import fate

if TYPE_CHECKING:
    from reports.compose import Plan

_OUTSIDE = Text(
    vi="Thời gian một đối tượng chưa có hoặc không còn trong danh mục được tính vào phần loại trừ.",
    en="Time in which a target was not yet, or no longer, in the inventory counts as excluded.",
)
_OFF = Text(
    vi="Thời gian không có số liệu ngoài giờ hoạt động của từng điểm được tính vào phần loại trừ.",
    en="Time without data outside a target's own hours counts as excluded.",
)
_NOTHING = Text(
    vi="Không có đối tượng nào thuộc phạm vi báo cáo trong kỳ này.",
    en="Nothing belonged to this report in this period.",
)


def notes_of(
    plan: "Plan", as_known_at: datetime, countings: Sequence[Counting], outages: int
) -> tuple[Text, ...]:
    """Return the notes of a report, the most important first."""
    notes = [_still_running(plan, as_known_at), _of_scope(plan)]
    lives = [life for counting in countings for life in counting.lives]
    if not lives:
        notes.append(_NOTHING)
    if any(life.outside for life in lives):
        notes.append(_OUTSIDE)
    if plan.request.calendar != EXPECTED and any(life.calendar for life in lives):
        notes.append(_OFF)
    most = plan.request.listed
    if most is not None and outages > most:
        notes.append(
            Text(
                vi=f"Liệt kê {most} lần gián đoạn dài nhất trong số {outages} lần; "
                "các bảng tính đủ tất cả.",
                en=f"The longest {most} of {outages} outages are listed; the tables count all.",
            )
        )
    lines = len({life.target for life in plan.links})
    if lines > ROWS and plan.request.targets is not True:
        notes.append(
            Text(
                vi=f"Phạm vi này có {lines} đường truyền, không liệt kê từng đường; "
                "xem báo cáo theo nhà mạng hoặc theo từng đơn vị.",
                en=f"There are {lines} lines here, too many to list; see the report of a carrier "
                "or of a unit below.",
            )
        )
    return tuple(note for note in notes if note is not None)


def _still_running(plan: "Plan", as_known_at: datetime) -> Text | None:
    if as_known_at >= plan.request.period.end:
        return None
    until = datetime.fromtimestamp(plan.end, LOCAL)
    return Text(
        vi=f"Kỳ báo cáo chưa kết thúc: số liệu tính đến {until:%H:%M:%S} ngày {until:%d/%m/%Y}; "
        "kỳ trước là cả kỳ.",
        en=f"The period still runs: counted until {until:%H:%M:%S} on {until:%d/%m/%Y}; the "
        "period before is whole.",
    )


def _of_scope(plan: "Plan") -> Text | None:
    slug = plan.found.unit
    if slug is None:
        return None
    told = fate(plan.units, plan.inventory.successions, slug, plan.begin, plan.end)
    if told is None:
        return None
    name = plan.found.scope.name
    return Text(vi=f"{name.vi}: {told.vi}.", en=f"{name.en}: {told.en}.")
