"""Board Links and carriers: which line, of which carrier, is worst?"""

from core.status import Status
from core.text import Language, Text
from core.watching import TargetKind
from grafana import variables
from grafana.board import Board
from grafana.expressions import (
    ANSWERING,
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
    worst,
)
from grafana.panels import Column, Words, bars, lines, number, timeline, worst_first
from grafana.site import link_here
from grafana.statuses import (
    ANY_IS_GREY,
    ANY_IS_ORANGE,
    ANY_IS_RED,
    ANY_IS_YELLOW,
    LOSS,
    Limits,
)
from reports.capacity import BOUND
from runtime import surroundings
from storage.line_use import P95

LINK = TargetKind.LINK
OF_CARRIER = 'carrier=~"$carrier"'
ROWS = 25
BY_LAW: Limits = ((None, "green"), (BOUND, "yellow"))
CURVES = 10
_LINES = chosen(LINK, OF_CARRIER)
_FAR = metric(surroundings.LINK_END, 'end="far"')
_PORTS = metric(surroundings.LINK_END, 'ifName!=""')
_ON = "on (instance) group_left ()"


def board(language: Language) -> Board:
    """Return the board."""
    made = Board(
        slug="links",
        title=Text("Thông Suốt – Đường truyền, nhà mạng", "Thông Suốt – Links and carriers"),
        question=Text(
            "Đường truyền nào, của nhà mạng nào, đang kém nhất?",
            "Which line, of which carrier, is worst?",
        ),
        language=language,
        variables=(
            variables.source(language),
            variables.hub(),
            variables.unit(language),
            variables.carrier(language),
        ),
        marks=in_unit(surroundings.INCIDENT, 'kind="link"'),
    )
    made.row(4, *_counts(language))
    made.row(12, _worst(language))
    made.row(9, _timeline(language), _carriers(language))
    made.row(8, _loss(language), _round_trip(language), _use(language))
    made.row(8, _by_the_law(language), _crowded(language), _errors(language))
    return made


def at_far_end(name: str, at: str = "") -> str:
    """Return what was measured of the device at the far end of each line, by link.

    The lines are the many side: a device with a reserve line stands at the end of both.
    """
    ends = f"max by (link, instance) ({_FAR}{at})"
    measured = f"max by (instance) ({metric(name)}{at})"
    return f"max by (link) ({ends} * {_ON} {measured})"


def use(window: str, at: str = "") -> str:
    """Return each line's use, 0 to 1, of its busier direction, seen at the end that knows its port.

    Lines without a known port or without a capacity have none.
    """
    ends = f"max by (link, instance, ifName) ({_PORTS}{at})"
    busier = " or ".join(
        f'label_replace(rate({metric(name)}[{window}]{at}), "way", "{way}", "", "")'
        for way, name in (("in", "ifHCInOctets"), ("out", "ifHCOutOctets"))
    )
    busiest = f"max by (instance, ifName) ({busier})"
    carried = f"max by (link) ({ends} * on (instance, ifName) group_left () {busiest}) * 8"
    return f"{carried} / on (link) max by (link) ({metric(surroundings.LINK_CAPACITY)}{at})"


def _counts(language: Language) -> list[object]:
    statuses = (
        (
            Words(
                Text("Mất kết nối", "Down"),
                Text("Số đường truyền tự nó hỏng.", "Lines that failed themselves."),
            ),
            Status.DOWN,
            ANY_IS_RED,
        ),
        (
            Words(
                Text("Mất theo", "Unreachable"),
                Text(
                    "Số đường truyền không tới được vì phía trên hỏng; đừng gọi nhà mạng vì chúng.",
                    "Lines out of reach because something above failed; do not call for these.",
                ),
            ),
            Status.UNREACHABLE,
            ANY_IS_ORANGE,
        ),
        (
            Words(
                Text("Suy giảm", "Degraded"),
                Text("Số đường truyền còn thông nhưng kém.", "Lines that work, badly."),
            ),
            Status.DEGRADED,
            ANY_IS_YELLOW,
        ),
        (
            Words(
                Text("Không rõ", "Not known"),
                Text(
                    "Số đường truyền chưa đo được; không phải là hỏng.",
                    "Lines that were not looked at; that is not down.",
                ),
            ),
            Status.UNKNOWN,
            ANY_IS_GREY,
        ),
    )
    return [
        number(words, language, count(LINK, status.value, _LINES), limits=limits)
        for words, status, limits in statuses
    ]


def _worst(language: Language) -> object:
    labels = ("name", "carrier", "circuit", "site")
    tie = _far_over_range("probe_duration_seconds", at="")
    ranked = worst(ROWS, named(ranks(LINK, tie), LINK, _LINES, ()))
    told = only(named(code(LINK), LINK, _LINES, labels), "link", ranked)
    return worst_first(
        Words(
            Text("Đường truyền, nặng nhất trước", "Lines, worst first"),
            Text(
                f"{ROWS} đường truyền có trạng thái xấu nhất lúc này. Mất gói và thời gian đi về "
                "đo đến thiết bị ở đầu xa; chọn tên để mở điểm cầu ở đầu xa.",
                f"The {ROWS} lines whose present status is worst. Loss and round trip are those "
                "of the device at the far end; choose a name to open the site at that end.",
            ),
        ),
        language,
        by="link",
        labels={
            "name": Text("Đường truyền", "Line"),
            "carrier": Text("Nhà mạng", "Carrier"),
            "circuit": Text("Mã kênh", "Circuit"),
        },
        columns=[
            Column(Text("Trạng thái", "Status"), told, status=True),
            Column(
                Text("Mất gói", "Loss"),
                only(at_far_end("probe_loss_ratio"), "link", ranked),
                unit="percentunit",
                limits=LOSS,
                decimals=1,
            ),
            Column(
                Text("Đi về p95", "RTT p95"),
                only(at_far_end("probe_icmp_rtt_p95_seconds"), "link", ranked),
                unit="s",
            ),
            Column(
                Text("Sử dụng", "Use"),
                only(f"({use('$__rate_interval')})", "link", ranked),
                unit="percentunit",
                decimals=1,
            ),
            Column(
                Text("P95, 7 ngày", "P95, 7 days"),
                only(f"max by (link) ({metric(P95)})", "link", ranked),
                unit="percentunit",
                limits=BY_LAW,
                decimals=1,
            ),
            Column(
                Text("Mất trong khoảng", "Lost in range"),
                only(share(LINK, LOST), "link", ranked),
                unit="percentunit",
                decimals=2,
            ),
        ],
        link=link_here(language, "site"),
        kept=("site",),
    )


def _timeline(language: Language) -> object:
    lines_then = chosen(LINK, OF_CARRIER, at=NOW)
    ranked = worst(ROWS, named(share(LINK, LOST, NOW), LINK, lines_then, ()))
    return timeline(
        Words(
            Text("Mất lâu nhất trong khoảng", "Longest lost in the range"),
            Text(
                f"Trạng thái theo thời gian của {ROWS} đường truyền mất lâu nhất; chỗ trống là "
                "không có dữ liệu.",
                f"Statuses over time of the {ROWS} lines longest lost; a gap is missing data.",
            ),
        ),
        language,
        only(named(code(LINK), LINK, _LINES), "link", ranked),
    )


def _by_the_law(language: Language) -> object:
    highest = f"max by (link) ({metric(P95)})"
    ranked = worst(CURVES, named(f"({highest})", LINK, _LINES, ()))
    return lines(
        Words(
            Text("P95 của 7 ngày", "P95 of 7 days"),
            Text(
                f"{CURVES} đường truyền dùng nhiều nhất; mức theo Thông tư 06/2026, điều 5.6. Số "
                "liệu thiếu tính là không có lưu lượng.",
                f"The {CURVES} most used lines; the limit is that of circular 06/2026, article "
                "5.6. What is missing counts as no traffic.",
            ),
        ),
        language,
        [(named(f"({only(highest, 'link', ranked)})", LINK, _LINES), "{{name}}")],
        unit="percentunit",
        limits=BY_LAW,
    )


def _crowded(language: Language) -> object:
    beyond = f"(max by (link) ({metric(P95)}) > bool {BOUND:g})"
    return bars(
        Words(
            Text("Số đường vượt 90 %, theo nhà mạng", "Lines above 90%, by carrier"),
            Text(
                "Số đường truyền có P95 của 7 ngày vượt 90 % băng thông thuê.",
                "Lines whose 95th percentile of 7 days is above 90% of the rented capacity.",
            ),
        ),
        language,
        f"sort_desc(sum by (carrier) ({named(beyond, LINK, _LINES, ('carrier',))}))",
        "{{carrier}}",
        unit="short",
    )


def _errors(language: Language) -> object:
    ends = f"max by (link, instance, ifName) ({_PORTS})"
    names = ("ifInErrors", "ifOutErrors", "ifInDiscards", "ifOutDiscards")
    faults = " + ".join(
        f"max by (instance, ifName) (rate({metric(name)}[$__rate_interval]))" for name in names
    )
    by_line = f"max by (link) ({ends} * on (instance, ifName) group_left () ({faults}))"
    return lines(
        Words(
            Text("Lỗi và bỏ gói ở cổng", "Errors and discards of ports"),
            Text(
                f"{CURVES} đường truyền nhiều nhất lúc này, theo cổng đã khai báo.",
                f"The {CURVES} lines with most now, by their declared ports.",
            ),
        ),
        language,
        [(worst(CURVES, named(f"({by_line})", LINK, _LINES)), "{{name}}")],
        unit="pps",
    )


def _carriers(language: Language) -> object:
    reached = named(share(LINK, ANSWERING), LINK, _LINES, ("carrier",))
    lost = f"1 - avg by (carrier) ({reached})"
    return bars(
        Words(
            Text("Nhà mạng, kém nhất trước", "Carriers, worst first"),
            Text(
                "Phần thời gian không thông (kể cả không rõ), trung bình các đường truyền của "
                "từng nhà mạng trong khoảng. Số để đối chiếu hợp đồng ở báo cáo.",
                "The share of time not within reach (not known included), the mean over each "
                "carrier's lines in the range. Figures for contracts are in the report.",
            ),
        ),
        language,
        f"sort_desc({worst(CURVES, lost)})",
        "{{carrier}}",
        unit="percentunit",
        top=1.0,
    )


def _curves(expression: str, over: str) -> str:
    """Return the highest curves of the range, with the names of their lines."""
    ranked = worst(CURVES, named(f"({over})", LINK, chosen(LINK, OF_CARRIER, at=NOW), ()))
    return named(f"({only(expression, 'link', ranked)})", LINK, _LINES)


def _far_over_range(name: str, at: str = NOW) -> str:
    """Return the mean over the range of what is measured at the far ends, at the range's end."""
    ends = f"max by (link, instance) ({_FAR}{at})"
    mean = f"max by (instance) (avg_over_time({metric(name)}[$__range]{at}))"
    return f"max by (link) ({ends} * {_ON} {mean})"


def _loss(language: Language) -> object:
    return lines(
        Words(
            Text("Mất gói", "Loss"),
            Text(
                f"{CURVES} đường truyền mất gói nhiều nhất trong khoảng; vạch là ngưỡng của cảnh "
                "báo.",
                f"The {CURVES} lines that lost most in the range; dashes are the alerts' limits.",
            ),
        ),
        language,
        [
            (
                _curves(at_far_end("probe_loss_ratio"), _far_over_range("probe_loss_ratio")),
                "{{name}}",
            )
        ],
        unit="percentunit",
        limits=LOSS,
        top=1.0,
    )


def _round_trip(language: Language) -> object:
    name = "probe_icmp_rtt_p95_seconds"
    return lines(
        Words(
            Text("Thời gian đi về, p95", "Round trip time, p95"),
            Text(
                f"{CURVES} đường truyền chậm nhất trong khoảng.",
                f"The {CURVES} slowest lines of the range.",
            ),
        ),
        language,
        [(_curves(at_far_end(name), _far_over_range(name)), "{{name}}")],
        unit="s",
    )


def _use(language: Language) -> object:
    return lines(
        Words(
            Text("Sử dụng băng thông", "Use of capacity"),
            Text(
                f"{CURVES} đường truyền bận nhất trong khoảng, theo chiều bận hơn; chỉ những "
                "đường có băng thông thuê và biết cổng.",
                f"The {CURVES} busiest lines of the range, by the busier direction; only lines "
                "whose capacity and port are known.",
            ),
        ),
        language,
        [(_curves(f"({use('$__rate_interval')})", use("$__range", NOW)), "{{name}}")],
        unit="percentunit",
    )
