"""Board Site: what is broken at this site, its line or a device of its own?"""

from core.text import Language, Text
from core.watching import TargetKind
from grafana import variables
from grafana.board import Board, uid
from grafana.expressions import (
    ANSWERING,
    LOST,
    NOW,
    chosen,
    code,
    in_unit,
    metric,
    named,
    only,
    ranks,
    share,
    slowness,
    worst,
)
from grafana.panels import Column, Words, lines, number, state, timeline, worst_first
from grafana.statuses import LOSS
from runtime import surroundings

SITE, DEVICE, LINK = TargetKind.SITE, TargetKind.DEVICE, TargetKind.LINK
HERE = 'site=~"$site"'
ROWS = 30
CURVES = 10
_DEVICES = chosen(DEVICE, HERE, unit=False)
_LINES = chosen(LINK, HERE, unit=False)


def board(language: Language) -> Board:
    """Return the board."""
    made = Board(
        slug="site",
        title=Text("Thông Suốt – Điểm cầu", "Thông Suốt – Site"),
        question=Text(
            "Ở điểm cầu này hỏng cái gì: đường truyền hay thiết bị?",
            "What is broken at this site: its line or a device of its own?",
        ),
        language=language,
        variables=(
            variables.source(language),
            variables.hub(),
            variables.unit(language),
            variables.site(language),
        ),
        marks=(metric(surroundings.INCIDENT, HERE),),
        graver=in_unit(surroundings.INCIDENT, 'site!~"$site"', 'kind="link"'),
    )
    made.row(4, *_now(language))
    made.row(10, _devices(language), _links(language))
    made.row(8, _timeline(language), _loss(language))
    made.row(8, _round_trip(language), _traffic(language))
    made.row(7, _errors(language))
    return made


def _now(language: Language) -> list[object]:
    status = metric("site_status", HERE, f'status=~"{ANSWERING}"')
    return [
        state(
            Words(
                Text("Trạng thái", "Status"),
                Text("Điểm cầu lúc này.", "The site now."),
            ),
            language,
            f"max({only(code(SITE), 'site', chosen(SITE, HERE, unit=False))})",
        ),
        number(
            Words(
                Text("Liên lạc được trong khoảng", "Within reach in the range"),
                Text(
                    "Phần thời gian hoạt động hoặc suy giảm. Số chính thức ở báo cáo thời gian "
                    "hoạt động.",
                    "The share of time up or degraded. The official figure is in the uptime "
                    "report.",
                ),
            ),
            language,
            f"sum(avg_over_time({status}[$__range]))",
            unit="percentunit",
            decimals=2,
        ),
        number(
            Words(
                Text("Mất gói nặng nhất", "Worst loss"),
                Text(
                    "Thiết bị mất gói nhiều nhất lúc này; màu theo ngưỡng của cảnh báo.",
                    "The device that loses most now; colours are the limits of the alerts.",
                ),
            ),
            language,
            f"max({metric('probe_loss_ratio', HERE)})",
            limits=LOSS,
            unit="percentunit",
            decimals=1,
        ),
        number(
            Words(
                Text("Thời gian đi về", "Round trip time"),
                Text(
                    "Trung bình của thiết bị chậm nhất lúc này.",
                    "The mean of the slowest device now.",
                ),
            ),
            language,
            f"max({metric('probe_icmp_rtt_mean_seconds', HERE)})",
            unit="s",
        ),
    ]


def _devices(language: Language) -> object:
    ranked = worst(ROWS, named(ranks(DEVICE, slowness("instance", HERE)), DEVICE, _DEVICES, ()))
    labels = ("name", "role", "vendor", "model")
    told = only(named(code(DEVICE), DEVICE, _DEVICES, labels), "instance", ranked)
    return worst_first(
        Words(
            Text("Thiết bị, nặng nhất trước", "Devices, worst first"),
            Text(
                f"Nhiều nhất {ROWS} thiết bị; chọn tên để mở trang thiết bị.",
                f"{ROWS} devices at most; choose a name to open its page.",
            ),
        ),
        language,
        by="instance",
        labels={"name": Text("Thiết bị", "Device"), "model": Text("Kiểu", "Model")},
        columns=[
            Column(Text("Trạng thái", "Status"), told, status=True),
            Column(
                Text("Mất gói", "Loss"),
                only(f"max by (instance) ({metric('probe_loss_ratio', HERE)})", "instance", ranked),
                unit="percentunit",
                limits=LOSS,
                decimals=1,
            ),
            Column(
                Text("Đi về p95", "RTT p95"),
                only(
                    f"max by (instance) ({metric('probe_icmp_rtt_p95_seconds', HERE)})",
                    "instance",
                    ranked,
                ),
                unit="s",
            ),
            Column(
                Text("Chạy được", "Running for"),
                only(f"max by (instance) ({metric('sysUpTime', HERE)} / 100)", "instance", ranked),
                unit="s",
                decimals=0,
            ),
        ],
        link="${hub}/targets/${__data.fields.instance}",
    )


def _links(language: Language) -> object:
    told = worst(ROWS, named(code(LINK), LINK, _LINES, ("name", "carrier", "circuit")))
    capacity = metric(surroundings.LINK_CAPACITY)
    return worst_first(
        Words(
            Text("Đường truyền của điểm cầu", "Lines of the site"),
            Text(
                "Trạng thái và băng thông thuê; chọn tên để mở trang đường truyền. Trung tâm "
                "không có đường truyền của riêng mình.",
                "Status and rented capacity; choose a name to open its page. The centre has no "
                "line of its own.",
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
                Text("Băng thông", "Capacity"),
                only(f"max by (link) ({capacity})", "link", told),
                unit="bps",
            ),
            Column(
                Text("Mất trong khoảng", "Lost in range"),
                only(share(LINK, LOST), "link", told),
                unit="percentunit",
                decimals=2,
            ),
        ],
        link="${hub}/targets/${__data.fields.link}",
    )


def _timeline(language: Language) -> object:
    here = chosen(DEVICE, HERE, at=NOW, unit=False)
    ranked = worst(ROWS, named(share(DEVICE, LOST, NOW), DEVICE, here, ()))
    return timeline(
        Words(
            Text("Thiết bị theo thời gian", "Devices over time"),
            Text(
                "Trạng thái từng thiết bị; chỗ trống là không có dữ liệu, không phải hỏng.",
                "The status of each device; a gap is missing data, not an outage.",
            ),
        ),
        language,
        only(named(code(DEVICE), DEVICE, _DEVICES), "instance", ranked),
    )


def _top(selector: str) -> str:
    """Return the curves of the devices whose value was highest over the range, by name."""
    ranked = worst(CURVES, f"max by (instance) (avg_over_time({selector}[$__range]{NOW}))")
    present = only(f"max by (instance) ({selector})", "instance", ranked)
    return f"({present}) * on (instance) group_left (name) {_DEVICES}"


def _loss(language: Language) -> object:
    return lines(
        Words(
            Text("Mất gói", "Loss"),
            Text(
                f"{CURVES} thiết bị mất gói nhiều nhất trong khoảng; vạch là ngưỡng của cảnh báo.",
                f"The {CURVES} devices that lost most in the range; dashes are the alerts' limits.",
            ),
        ),
        language,
        [(_top(metric("probe_loss_ratio", HERE)), "{{name}}")],
        unit="percentunit",
        limits=LOSS,
        top=1.0,
    )


def _round_trip(language: Language) -> object:
    return lines(
        Words(
            Text("Thời gian đi về, p95", "Round trip time, p95"),
            Text(
                f"{CURVES} thiết bị chậm nhất trong khoảng.",
                f"The {CURVES} slowest devices of the range.",
            ),
        ),
        language,
        [(_top(metric("probe_icmp_rtt_p95_seconds", HERE)), "{{name}}")],
        unit="s",
    )


def _traffic(language: Language) -> object:
    def busiest(name: str) -> str:
        port = "instance, ifName"
        selector = metric(name, HERE)
        total = "max by (instance, ifName)"
        ranked = worst(CURVES, f"{total} (rate({selector}[$__range]{NOW}))")
        return only(f"{total} (rate({selector}[$__rate_interval])) * 8", port, ranked)

    into, out = Text("vào", "in"), Text("ra", "out")
    return lines(
        Words(
            Text("Lưu lượng cổng", "Traffic of ports"),
            Text(
                f"{CURVES} cổng bận nhất trong khoảng; chiều ra vẽ xuống dưới.",
                f"The {CURVES} busiest ports of the range; what leaves is drawn downwards.",
            ),
        ),
        language,
        [
            (busiest("ifHCInOctets"), f"{{{{instance}}}} {{{{ifName}}}} {into.said(language)}"),
            (busiest("ifHCOutOctets"), f"{{{{instance}}}} {{{{ifName}}}} {out.said(language)}"),
        ],
        unit="bps",
        below=f"/ {out.said(language)}$/",
    )


def _errors(language: Language) -> object:
    def rates(name: str, window: str) -> str:
        return f"max by (instance, ifName) (rate({metric(name, HERE)}[{window}]))"

    names = ("ifInErrors", "ifOutErrors", "ifInDiscards", "ifOutDiscards")
    port = "instance, ifName"
    now = " + ".join(rates(name, "$__rate_interval") for name in names)
    over = " + ".join(
        f"max by (instance, ifName) (rate({metric(name, HERE)}[$__range]{NOW}))" for name in names
    )
    return lines(
        Words(
            Text("Gói lỗi và gói bị bỏ", "Errors and discards"),
            Text(
                f"Tổng lỗi và bỏ, vào và ra, của {CURVES} cổng nhiều nhất trong khoảng.",
                f"Errors and discards, in and out, of the {CURVES} ports with most in the range.",
            ),
        ),
        language,
        [(only(f"({now})", port, worst(CURVES, f"({over})")), "{{instance}} {{ifName}}")],
        unit="pps",
    )


def link_here(language: Language, label: str) -> str:
    """Return where a row leads whose field `label` names a site."""
    return (
        f"/d/{uid('site', language)}?${{datasource:queryparam}}&${{unit:queryparam}}"
        f"&var-site=${{__data.fields.{label}}}&${{__url_time_range}}"
    )
