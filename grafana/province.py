"""Board Province: where in the province is something wrong, and where is it worst?"""

from api.words import SEVERITY
from core.incident import Severity
from core.status import Status
from core.text import Language, Text
from core.watching import TargetKind
from grafana import variables
from grafana.board import Board
from grafana.expressions import (
    LOST,
    NOW,
    chosen,
    code,
    count,
    in_unit,
    metric,
    named,
    only,
    ranks,
    share,
    slowness,
    worst,
)
from grafana.panels import Column, Words, bars, number, timeline, worst_first
from grafana.site import link_here
from grafana.statuses import (
    AGE,
    ANY_IS_GREY,
    ANY_IS_ORANGE,
    ANY_IS_RED,
    ANY_IS_YELLOW,
    CALM,
)
from runtime import surroundings

SITE = TargetKind.SITE
ROWS = 20


def board(language: Language) -> Board:
    """Return the board."""
    made = Board(
        slug="province",
        title=Text("Thông Suốt – Toàn tỉnh", "Thông Suốt – Province"),
        question=Text(
            "Nơi nào trong tỉnh đang có chuyện, và nặng nhất ở đâu?",
            "Where in the province is something wrong, and where is it worst?",
        ),
        language=language,
        variables=(variables.source(language), variables.hub(), variables.unit(language)),
    )
    made.row(4, *_counts(language))
    made.row(11, _worst(language), _incidents(language))
    made.row(9, _timeline(language), _units(language))
    return made


def _counts(language: Language) -> list[object]:
    sites = chosen(SITE)
    return [
        number(
            Words(
                Text("Mất liên lạc", "Out of reach"),
                Text(
                    "Số điểm cầu mất kết nối hoặc mất theo vì đường phía trên hỏng.",
                    "Sites that are down, or unreachable because something above them failed.",
                ),
            ),
            language,
            count(SITE, LOST, sites),
            limits=ANY_IS_RED,
        ),
        number(
            Words(
                Text("Suy giảm", "Degraded"),
                Text(
                    "Số điểm cầu còn trả lời nhưng mất gói hoặc có thiết bị hỏng.",
                    "Sites that answer, with loss or with a failed device.",
                ),
            ),
            language,
            count(SITE, Status.DEGRADED.value, sites),
            limits=ANY_IS_YELLOW,
        ),
        number(
            Words(
                Text("Không rõ", "Not known"),
                Text(
                    "Số điểm cầu mà nền tảng chưa đo được; không phải là hỏng.",
                    "Sites that the platform has not looked at; that is not down.",
                ),
            ),
            language,
            count(SITE, Status.UNKNOWN.value, sites),
            limits=ANY_IS_GREY,
        ),
        number(
            Words(
                Text("Hoạt động", "Up"),
                Text("Số điểm cầu hoạt động bình thường.", "Sites that work as they should."),
            ),
            language,
            count(SITE, Status.UP.value, sites),
            limits=CALM,
        ),
        number(
            Words(
                Text("Sự cố đang mở", "Open incidents"),
                Text(
                    "Số sự cố đang mở trong các đơn vị đã chọn, nhiều nhất "
                    f"{surroundings.MOST_INCIDENTS}.",
                    f"Open incidents of the chosen units, {surroundings.MOST_INCIDENTS} at most.",
                ),
            ),
            language,
            f"count({_open_incidents()}) or sum({metric(surroundings.INCIDENTS)}) * 0",
            limits=ANY_IS_ORANGE,
            link="${hub}/incidents",
        ),
        number(
            Words(
                Text("Tuổi số liệu", "Age of data"),
                Text(
                    "Lần ghi gần nhất của nền tảng cách đây bao lâu. Trống hoặc đỏ: đừng tin phần "
                    "còn lại của bảng.",
                    "How long ago the platform last wrote. Empty or red: do not trust the rest.",
                ),
            ),
            language,
            f"time() - max(timestamp({metric('thongsuot_readings_total')}))",
            limits=AGE,
            unit="s",
            decimals=0,
        ),
    ]


def _open_incidents() -> str:
    return " or ".join(in_unit(surroundings.INCIDENT))


def _worst(language: Language) -> object:
    ranked = worst(ROWS, named(ranks(SITE, slowness("site")), SITE, chosen(SITE), ()))
    told = only(named(code(SITE), SITE, chosen(SITE), ("name", "role")), "site", ranked)
    lost = only(share(SITE, LOST), "site", ranked)
    return worst_first(
        Words(
            Text("Điểm cầu, nặng nhất trước", "Sites, worst first"),
            Text(
                f"{ROWS} điểm cầu có trạng thái xấu nhất lúc này; chọn tên để mở điểm cầu.",
                f"The {ROWS} sites whose present status is worst; choose a name to open it.",
            ),
        ),
        language,
        by="site",
        labels={"name": Text("Điểm cầu", "Site")},
        columns=[
            Column(Text("Trạng thái", "Status"), told, status=True),
            Column(
                Text("Mất liên lạc trong khoảng", "Out of reach in range"),
                lost,
                unit="percentunit",
                decimals=2,
            ),
        ],
        link=link_here(language, "site"),
    )


def _incidents(language: Language) -> object:
    ranks = [
        " or ".join(
            f"{selector} * {rank}"
            for selector in in_unit(surroundings.INCIDENT, f'severity="{severity.value}"')
        )
        for rank, severity in enumerate(reversed(Severity), 1)
    ]
    return worst_first(
        Words(
            Text("Sự cố đang mở, nặng nhất trước", "Open incidents, worst first"),
            Text(
                "Nguyên nhân gốc của từng sự cố; chọn tên để mở trang sự cố và nhận xử lý.",
                "The root of each incident; choose a name to open its page and take it on.",
            ),
        ),
        language,
        by="incident",
        labels={"name": Text("Nơi hỏng", "What failed"), "cause": Text("Nguyên nhân", "Cause")},
        columns=[
            Column(
                Text("Mức độ", "Severity"),
                " or ".join(ranks),
                words=tuple(
                    (rank, SEVERITY[severity], colour)
                    for (rank, severity), colour in zip(
                        enumerate(reversed(Severity), 1),
                        ("blue", "yellow", "orange", "red"),
                        strict=True,
                    )
                ),
            ),
        ],
        link="${hub}/incidents/${__data.fields.incident}",
    )


def _timeline(language: Language) -> object:
    ranked = worst(ROWS, named(share(SITE, LOST, NOW), SITE, chosen(SITE, at=NOW), ()))
    return timeline(
        Words(
            Text("Mất liên lạc lâu nhất trong khoảng", "Longest out of reach in the range"),
            Text(
                f"Trạng thái theo thời gian của {ROWS} điểm cầu mất liên lạc lâu nhất. Chỗ trống "
                "là không có dữ liệu, không phải hỏng.",
                f"Statuses over time of the {ROWS} sites longest out of reach. A gap is missing "
                "data, not an outage.",
            ),
        ),
        language,
        only(named(code(SITE), SITE, chosen(SITE)), "site", ranked),
    )


def _units(language: Language) -> object:
    lost = metric("site_status", f'status=~"{LOST}"')
    by_unit = (
        f"sum by (unit) ({named(f'max by (site) ({lost})', SITE, chosen(SITE), ('unit',))})"
        " * on (unit) group_left (name) "
        f"(topk by (unit) (1, timestamp({metric(surroundings.UNIT)})) > bool 0)"
    )
    return bars(
        Words(
            Text("Đơn vị có nhiều điểm cầu mất liên lạc nhất", "Units with most sites lost"),
            Text(
                "Số điểm cầu mất liên lạc lúc này theo đơn vị nơi đặt điểm cầu.",
                "Sites out of reach now, by the unit that they lie in.",
            ),
        ),
        language,
        f"sort_desc({worst(12, by_unit)})",
        "{{name}}",
        unit="short",
        limits=ANY_IS_RED,
    )
