"""Reports and their letterhead."""

from typing import Annotated

from pydantic import Field

from core.model import Slug
from core.text import Text
from runtime.report_schedule import Schedule
from runtime.sections.kinds import Section


class Reports(Section):
    """Báo cáo / Reports."""

    authority: Annotated[
        str,
        Text(
            vi='Tên cơ quan chủ quản, đầu báo cáo bên trái, ví dụ "UBND TỈNH ĐỒNG NAI"; để trống '
            "thì in dòng chấm",
            en="The superior office, at the top left of a report; empty: a dotted line",
        ),
    ] = ""
    office: Annotated[
        str,
        Text(
            vi='Tên cơ quan ban hành, ví dụ "SỞ KHOA HỌC VÀ CÔNG NGHỆ"',
            en="The office that issues reports, below it",
        ),
    ] = ""
    symbol: Annotated[
        str,
        Text(
            vi='Ký hiệu sau "Số: …/", ví dụ "BC-SKHCN"',
            en='What follows "No.: …/", such as "BC-SKHCN"',
        ),
    ] = ""
    place: Annotated[
        str,
        Text(vi='Địa danh, ví dụ "Đồng Nai"', en="The place in the date line, such as Đồng Nai"),
    ] = ""
    recipients: Annotated[
        tuple[str, ...],
        Text(
            vi='Nơi nhận, cuối báo cáo, ví dụ ["UBND tỉnh (để báo cáo)", "Lưu: VT"]; để trống thì '
            "in dòng chấm",
            en='Who gets a report, at its end, such as ["UBND tỉnh (để báo cáo)", "Lưu: VT"]; '
            "empty: a dotted line",
        ),
    ] = ()
    schedules: Annotated[
        dict[Slug, Schedule],
        Text(
            vi="Báo cáo gửi định kỳ qua thư điện tử, mỗi bảng [reports.schedules.TÊN] một báo cáo; "
            "xem docs/reports.md",
            en="Reports sent by e-mail by themselves, one table [reports.schedules.NAME] each; "
            "see docs/reports.md",
        ),
    ] = Field(default_factory=dict)
