"""Board Bridge capacity: does a bridge have room for the next meeting?"""

from core.text import Language, Text
from grafana import variables
from grafana.board import Board
from grafana.expressions import in_unit, metric, worst
from grafana.measured import Measured
from grafana.panels import Column, Words, lines, number, worst_first
from grafana.rooms import CALL_LOSS
from grafana.statuses import LOSS, Limits
from runtime import surroundings

ROWS, CURVES = 25, 10
_LEGS = 'remote!=""'  # of one participant, as the bridge measures
FULL: Limits = ((None, "green"), (0.7, "yellow"), (0.9, "red"))
_ALL = Measured()  # a bridge is a device, or a service: a server with a meeting program


def board(language: Language) -> Board:
    """Return the board."""
    made = Board(
        slug="bridges",
        title=Text("Thông Suốt – Sức chứa cầu nối", "Thông Suốt – Bridge capacity"),
        question=Text(
            "Cầu nối hội nghị còn chỗ cho cuộc họp tới không?",
            "Does a bridge have room for the next meeting?",
        ),
        language=language,
        variables=(variables.source(language), variables.hub(), variables.unit(language)),
        marks=in_unit(surroundings.INCIDENT),
    )
    made.row(4, *_now(language))
    made.row(8, _worst(language))
    made.row(8, _legs(language), _load(language))
    made.row(8, _loss(language), _rate(language))
    made.row(8, _registrations(language), _signalling(language), _paths(language))
    return made


def of_bridge(name: str, reduce: str = "max", *matchers: str) -> str:
    """Return what bridges of the chosen units tell of themselves, with their names."""
    return _ALL.kept(f"{reduce} by (instance) ({metric(name, *matchers)})")


def _taken() -> str:
    """Return the share of its places that each bridge has taken, of those that tell a limit."""
    legs, limit = "vc_bridge_legs", "vc_bridge_legs_limit"
    share = (
        f"max by (instance) ({metric(legs)}) / on (instance) "
        f"(max by (instance) ({metric(limit)}) > 0)"
    )
    return _ALL.kept(share)


def _now(language: Language) -> list[object]:
    return [
        number(
            Words(
                Text("Cuộc họp đang diễn ra", "Conferences"),
                Text(
                    "Tổng số cuộc họp trên các cầu nối lúc này.",
                    "Conferences in progress on all bridges.",
                ),
            ),
            language,
            f"sum({of_bridge('vc_bridge_conferences')})",
            decimals=0,
            link="${hub}/meetings",
        ),
        number(
            Words(
                Text("Điểm cầu đang nối", "Participants"),
                Text("Tổng số điểm cầu đang nối.", "Participants connected to all bridges."),
            ),
            language,
            f"sum({of_bridge('vc_bridge_legs')})",
            decimals=0,
        ),
        number(
            Words(
                Text("Đầy nhất", "Fullest"),
                Text(
                    "Phần chỗ đã dùng của cầu đầy nhất, trong các cầu cho biết giới hạn.",
                    "Places taken on the fullest bridge, of those that tell their limit.",
                ),
            ),
            language,
            f"max({_taken()})",
            unit="percentunit",
            decimals=0,
            limits=FULL,
        ),
        number(
            Words(
                Text("Tải cao nhất", "Highest load"),
                Text(
                    "Tải xử lý của cầu bận nhất, trong các cầu cho biết.",
                    "Load of the busiest bridge, of those that tell it.",
                ),
            ),
            language,
            f"max({of_bridge('vc_bridge_load_ratio')})",
            unit="percentunit",
            decimals=0,
            limits=FULL,
        ),
    ]


def _worst(language: Language) -> object:
    return worst_first(
        Words(
            Text("Cầu nối, đông nhất trước", "Bridges, fullest first"),
            Text(
                "Số điểm cầu đang nối, giới hạn, cuộc họp, tải và mất gói của điểm cầu xấu nhất "
                "(hoặc của cả cầu), theo chính cầu nối. Trống: cầu không cho biết.",
                "Participants, limit, conferences, load and the worst loss of any participant (or "
                "of the whole bridge), as the bridge itself tells. Empty: it does not tell.",
            ),
        ),
        language,
        by="instance",
        labels={"name": Text("Cầu nối", "Bridge")},
        columns=[
            Column(
                Text("Đang nối", "Participants"),
                f"topk({ROWS}, {of_bridge('vc_bridge_legs')})",
                decimals=0,
            ),
            Column(Text("Giới hạn", "Limit"), _bare(_told("vc_bridge_legs_limit")), decimals=0),
            Column(
                Text("Cuộc họp", "Conferences"), _bare(_told("vc_bridge_conferences")), decimals=0
            ),
            Column(
                Text("Tải", "Load"),
                _bare(_told("vc_bridge_load_ratio")),
                unit="percentunit",
                decimals=0,
                limits=FULL,
            ),
            Column(
                Text("Mất gói xấu nhất", "Worst loss"),
                _bare(f"{_told('vc_media_loss_ratio', _LEGS)} or {_told('vc_bridge_loss_ratio')}"),
                unit="percentunit",
                decimals=1,
                limits=CALL_LOSS,
            ),
        ],
        link="${hub}/targets/${__data.fields.instance}",
    )


def _told(name: str, *matchers: str) -> str:
    return f"max by (instance) ({metric(name, *matchers)})"


def _bare(told: str) -> str:
    return f"topk({ROWS}, {_ALL.kept(told, ())})"


def _legs(language: Language) -> object:
    limit = _ALL.kept(_told("vc_bridge_legs_limit"))
    return lines(
        Words(
            Text("Điểm cầu đang nối và giới hạn", "Participants and limits"),
            Text(
                f"Theo thời gian, {CURVES} cầu đông nhất và giới hạn của các cầu cho biết.",
                f"Over time, the {CURVES} fullest bridges, and the limits of those that tell them.",
            ),
        ),
        language,
        [
            (f"topk({CURVES}, {of_bridge('vc_bridge_legs')})", "{{name}}"),
            (
                f"topk({CURVES}, {limit})",
                Text("giới hạn {{name}}", "limit of {{name}}").said(language),
            ),
        ],
        unit="short",
    )


def _load(language: Language) -> object:
    return lines(
        Words(
            Text("Tải xử lý", "Load"),
            Text(f"{CURVES} cầu bận nhất.", f"The {CURVES} busiest bridges."),
        ),
        language,
        [(f"topk({CURVES}, {of_bridge('vc_bridge_load_ratio')})", "{{name}}")],
        unit="percentunit",
        limits=FULL,
        top=1.0,
    )


def _loss(language: Language) -> object:
    lost = metric("vc_media_loss_ratio", _LEGS)
    kept = _ALL.kept(f"max by (instance, remote) ({lost})")
    return lines(
        Words(
            Text("Mất gói của từng điểm cầu", "Loss of participants"),
            Text(
                f"{CURVES} điểm cầu mất gói nhiều nhất lúc ấy theo cầu nối, chiều và loại xấu "
                "nhất.",
                f"The {CURVES} participants that lose most at the time, as the bridge measures, "
                "worst medium and direction.",
            ),
        ),
        language,
        [(f"topk({CURVES}, {kept})", "{{remote}} ({{name}})")],
        unit="percentunit",
        limits=CALL_LOSS,
    )


def _rate(language: Language) -> object:
    by = "instance, direction"
    legs = f"max by ({by}, remote, media) ({metric('vc_media_bits_per_second', _LEGS)})"
    whole = f"max by ({by}, media) ({metric('vc_bridge_bits_per_second')})"
    rate = _ALL.kept(f"sum by ({by}) ({whole}) or sum by ({by}) ({legs})")
    return lines(
        Words(
            Text("Tốc độ của cầu nối", "Rate of bridges"),
            Text(
                "Cả cầu, hoặc cộng mọi điểm cầu nếu cầu chỉ cho biết từng điểm; rx là cầu nhận, "
                "tx là cầu gửi.",
                "Of the whole bridge, or of all participants together where it tells of each "
                "alone; rx is received by the bridge, tx sent.",
            ),
        ),
        language,
        [(f"topk({2 * CURVES}, {rate})", "{{name}} {{direction}}")],
        unit="bps",
    )


def _registrations(language: Language) -> object:
    return lines(
        Words(
            Text("Thiết bị đăng ký", "Registrations"),
            Text(
                "Số thiết bị đăng ký với tổng đài, cầu nối; sụt nhanh là dấu hiệu mất dịch vụ.",
                "Devices registered with registrars and bridges; a fall tells of lost service.",
            ),
        ),
        language,
        [(_ALL.curves(CURVES, metric("vc_registrations")), "{{name}}")],
        unit="short",
    )


def _signalling(language: Language) -> object:
    told = " or ".join(
        f'label_replace(max by (instance) ({metric(name)}), "way", "{way}", "", "")'
        for name, way in (
            ("probe_sip_rtt_seconds", "SIP"),
            ("probe_ras_round_trip_seconds", "H.323"),
            ("probe_stun_round_trip_seconds", "STUN"),
        )
    )
    return lines(
        Words(
            Text("Báo hiệu trả lời sau", "Signalling answers after"),
            Text(
                f"Thời gian đi về của SIP, gatekeeper H.323, STUN; {CURVES} nơi chậm nhất lúc đó.",
                f"Round trip of SIP, H.323 gatekeepers and STUN; the {CURVES} slowest at the time.",
            ),
        ),
        language,
        [(worst(CURVES, _ALL.kept(told)), "{{name}} {{way}}")],
        unit="s",
    )


def _paths(language: Language) -> object:
    by = "instance, kind, path"
    return lines(
        Words(
            Text("Mất gói theo vùng, đường (DMA, RPRM)", "Loss by sites and links (DMA, RPRM)"),
            Text(
                f"{CURVES} vùng, đường mất nhiều nhất trong khoảng, theo máy quản lý hội nghị.",
                f"The {CURVES} that lost most in the range, as the manager of conferences tells.",
            ),
        ),
        language,
        [(_ALL.curves(CURVES, metric("vc_path_loss_ratio"), by), "{{name}} {{kind}} {{path}}")],
        unit="percentunit",
        limits=LOSS,
        top=1.0,
    )
