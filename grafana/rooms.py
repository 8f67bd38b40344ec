"""Board Rooms: which room cannot join, and which call is poor?"""

from alerts.quality import Band, Bands
from core.callquality import Grade
from core.callwords import GRADE
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
    share,
    worst,
)
from grafana.measured import Measured
from grafana.panels import Column, Words, bars, lines, number, timeline, worst_first
from grafana.statuses import (
    ANY_IS_GREY,
    ANY_IS_ORANGE,
    ANY_IS_RED,
    ANY_IS_YELLOW,
    GREY,
    LOSS,
    Limits,
)
from runtime import room_series as pc
from runtime import surroundings

ROOM = TargetKind.ROOM
ROWS, CURVES = 25, 10
_EACH = 4  # devices of one trouble
COLOURS = {
    Grade.GOOD: "green",
    Grade.FAIR: "#a5b83c",
    Grade.POOR: "orange",
    Grade.BAD: "red",
}
GRADES = tuple((grade.value, GRADE[grade], colour) for grade, colour in COLOURS.items())
GRADE_LIMITS: Limits = tuple(
    (None if grade is Grade.GOOD else float(grade), colour) for grade, colour in COLOURS.items()
)


def _banded(band: Band) -> Limits:
    """Return where the pages call a figure fair, poor and bad, unless settings say otherwise."""
    return tuple(zip((None, band.good, band.fair, band.poor), COLOURS.values(), strict=True))


# The worst medium is shown, whichever it is: by the limits of the picture, which are the tighter.
CALL_LOSS, JITTER = _banded(Bands().loss_video), _banded(Bands().jitter)
MOS: Limits = ((None, "red"), (2.6, "orange"), (3.1, "yellow"), (3.6, "green"))  # G.107, annex B
_ROOMS = chosen(ROOM)
_ALL = Measured(services=False)


def board(language: Language) -> Board:
    """Return the board."""
    made = Board(
        slug="rooms",
        title=Text("Thông Suốt – Phòng họp", "Thông Suốt – Rooms"),
        question=Text(
            "Phòng họp nào không dự được, và cuộc gọi của phòng nào kém?",
            "Which room cannot join, and whose call is poor?",
        ),
        language=language,
        variables=(variables.source(language), variables.hub(), variables.unit(language)),
        marks=in_unit(surroundings.INCIDENT),
    )
    made.row(4, *_counts(language), _in_calls(language))
    made.row(12, _worst(language))
    made.row(9, _timeline(language))
    made.row(
        8,
        _curves(
            language,
            Text("Mất gói", "Loss"),
            Text("mất gói nhiều nhất", "that lose most"),
            "vc_media_loss_ratio",
            unit="percentunit",
            limits=CALL_LOSS,
        ),
        _curves(
            language,
            Text("Biến thiên trễ", "Jitter"),
            Text("có biến thiên trễ lớn nhất", "with most jitter"),
            "vc_media_jitter_seconds",
            unit="s",
            limits=JITTER,
        ),
    )
    made.row(8, _complaints(language), _unregistered(language), _hardware(language))
    made.row(10, _computers(language))
    return made


def by_room(name: str, reduce: str = "max", at: str = "", window: str = "") -> str:
    """Return what a room's equipment tells of itself, by room; `window` means over a range."""
    member = f'label_replace({metric("room_info")}{at}, "instance", "$1", "member", "(.+)")'
    ends = f"max by (room, instance) ({member})"
    selector = metric(name)
    told = f"avg_over_time({selector}[{window}]{at})" if window else f"{selector}{at}"
    measured = f"{reduce} by (instance) ({told})"
    return f"{reduce} by (room) ({ends} * on (instance) group_left () {measured})"


def _counts(language: Language) -> list[object]:
    statuses = (
        (
            Words(
                Text("Hỏng", "Down"),
                Text("Số phòng họp mà thiết bị tự nó hỏng.", "Rooms whose equipment failed."),
            ),
            Status.DOWN,
            ANY_IS_RED,
        ),
        (
            Words(
                Text("Mất theo", "Unreachable"),
                Text(
                    "Số phòng họp không tới được vì phía trên hỏng.",
                    "Rooms out of reach because something above failed.",
                ),
            ),
            Status.UNREACHABLE,
            ANY_IS_ORANGE,
        ),
        (
            Words(
                Text("Suy giảm", "Degraded"),
                Text("Số phòng họp còn thông nhưng kém.", "Rooms that work, badly."),
            ),
            Status.DEGRADED,
            ANY_IS_YELLOW,
        ),
        (
            Words(
                Text("Không rõ", "Not known"),
                Text(
                    "Số phòng họp chưa đo được; không phải là hỏng.",
                    "Rooms that were not looked at; that is not down.",
                ),
            ),
            Status.UNKNOWN,
            ANY_IS_GREY,
        ),
    )
    return [
        number(words, language, count(ROOM, status.value, _ROOMS), limits=limits)
        for words, status, limits in statuses
    ]


def _in_calls(language: Language) -> object:
    inside = named(f"({by_room('vc_in_call')})", ROOM, _ROOMS, ())
    return number(
        Words(
            Text("Đang họp", "In a call"),
            Text(
                "Số phòng họp mà thiết bị cho biết đang trong cuộc gọi.",
                "Rooms whose equipment says that it is in a call.",
            ),
        ),
        language,
        f"sum({inside})",
        decimals=0,
        link="${hub}/meetings",
    )


def _worst(language: Language) -> object:
    ranked = worst(ROWS, named(f"({code(ROOM)} + {share(ROOM, LOST)} * 0.5)", ROOM, _ROOMS, ()))
    told = only(named(code(ROOM), ROOM, _ROOMS), "room", ranked)

    def of_it(name: str, reduce: str = "max") -> str:
        return only(f"({by_room(name, reduce)})", "room", ranked)

    return worst_first(
        Words(
            Text("Phòng họp, nặng nhất trước", "Rooms, worst first"),
            Text(
                f"{ROWS} phòng họp có trạng thái xấu nhất lúc này, với số đo của thiết bị ở đó, "
                "chiều và loại xấu nhất. MOS là ước tính đường truyền, không phải đo được.",
                f"The {ROWS} rooms whose present status is worst, with what their equipment "
                "measures, its worst medium and direction. MOS is an estimate of the path.",
            ),
        ),
        language,
        by="room",
        labels={"name": Text("Phòng họp", "Room")},
        columns=[
            Column(Text("Trạng thái", "Status"), told, status=True),
            Column(
                Text("Đang họp", "In a call"),
                of_it("vc_in_call"),
                words=(
                    (0, Text("không", "no"), "text"),
                    (1, Text("có", "yes"), "green"),
                ),
            ),
            Column(
                Text("Mất gói", "Loss"),
                of_it("vc_media_loss_ratio"),
                unit="percentunit",
                limits=CALL_LOSS,
                decimals=1,
            ),
            Column(
                Text("Biến thiên trễ", "Jitter"),
                of_it("vc_media_jitter_seconds"),
                unit="s",
                limits=JITTER,
            ),
            Column(
                Text("MOS (ước tính)", "MOS (estimate)"),
                of_it("vc_media_estimated_mos", "min"),
                limits=MOS,
                decimals=1,
            ),
        ],
        link="${hub}/targets/${__data.fields.room}",
    )


def _timeline(language: Language) -> object:
    then = chosen(ROOM, at=NOW)
    ranked = worst(ROWS, named(share(ROOM, LOST, NOW), ROOM, then, ()))
    return timeline(
        Words(
            Text("Mất lâu nhất trong khoảng", "Longest lost in the range"),
            Text(
                f"Trạng thái theo thời gian của {ROWS} phòng họp mất lâu nhất; chỗ trống là không "
                "có dữ liệu.",
                f"Statuses over time of the {ROWS} rooms longest lost; a gap is missing data.",
            ),
        ),
        language,
        only(named(code(ROOM), ROOM, _ROOMS), "room", ranked),
    )


def _curves(
    language: Language, title: Text, which: Text, name: str, *, unit: str, limits: Limits
) -> object:
    over = by_room(name, at=NOW, window="$__range")
    ranked = worst(CURVES, named(f"({over})", ROOM, chosen(ROOM, at=NOW), ()))
    shown = named(f"({only(f'({by_room(name)})', 'room', ranked)})", ROOM, _ROOMS)
    about = Text(
        f"{CURVES} phòng họp {which.vi} trong khoảng, chiều và loại xấu nhất, theo thiết bị ở đó.",
        f"The {CURVES} rooms {which.en} in the range, worst medium and direction, as their "
        "equipment measures.",
    )
    # No fixed top: of a whole, the few per cent at which a call is bad would be a line at the foot.
    return lines(Words(title, about), language, [(shown, "{{name}}")], unit=unit, limits=limits)


def _complaints(language: Language) -> object:
    return bars(
        Words(
            Text("Thiết bị tự báo lỗi", "Faults that equipment reports"),
            Text(
                "Số lỗi thiết bị hội nghị tự báo, theo mức; mở trang thiết bị để đọc từng lỗi.",
                "Faults that conference equipment tells of itself; its page has their words.",
            ),
        ),
        language,
        _ALL.highest(CURVES, f"max by (instance, level) ({metric('vc_faults')})"),
        "{{name}} {{level}}",
        unit="short",
        limits=ANY_IS_YELLOW,
    )


def _unregistered(language: Language) -> object:
    missing = f"1 - min by (instance, protocol) ({metric('vc_registered')})"
    return bars(
        Words(
            Text("Không đăng ký được", "Not registered"),
            Text(
                "Thiết bị không đăng ký được với tổng đài thì không ai gọi đến được.",
                "Nobody can call a device that is not registered.",
            ),
        ),
        language,
        _ALL.highest(CURVES, missing),
        "{{name}} {{protocol}}",
        unit="short",
        limits=ANY_IS_ORANGE,
        top=1.0,
        meanings=(
            (0, Text("đã đăng ký", "registered"), "green"),
            (1, Text("chưa đăng ký", "not registered"), "orange"),
        ),
    )


def _hardware(language: Language) -> object:
    first, *beside = (
        (_ALL.highest(_EACH, f"max by (instance) ({one})"), f"{{{{name}}}}: {what.said(language)}")
        for one, what in (
            (metric("vc_temperature_alarm"), Text("quá nóng", "too hot")),
            (metric("vc_reboot_needed"), Text("cần khởi động lại", "needs a reboot")),
            (f"1 - {metric('vc_clock_synchronised')}", Text("sai giờ", "wrong clock")),
            (f"1 - {metric('vc_peripheral_connected')}", Text("thiếu phụ kiện", "missing part")),
        )
    )
    return bars(
        Words(
            Text("Quá nóng, thiếu phụ kiện, sai giờ", "Heat, missing parts, wrong clocks"),
            Text(
                "Thiết bị báo quá nóng, cần khởi động lại, đồng hồ không theo máy chủ giờ, thiếu "
                f"camera hay micrô; {_EACH} thiết bị mỗi loại.",
                "Equipment that is too hot, needs a reboot, whose clock follows nobody, or that "
                f"misses a camera or microphone; {_EACH} devices of each.",
            ),
        ),
        language,
        *first,
        unit="short",
        limits=ANY_IS_YELLOW,
        top=1.0,
        meanings=((0, Text("không", "no"), "green"), (1, Text("có", "yes"), "yellow")),
        beside=beside,
    )


def _computers(language: Language) -> object:
    """Return what the PCs of rooms without equipment say of themselves."""
    silent = f"(1 - {_of_room(pc.UP)})"
    # Among those that report the one whose way is worst first; it is short of a second, or lost.
    worse = f"clamp_max({_of_room(pc.ROUND_TRIP)} + on (room) {_of_room(pc.LOSS)}, 1) * 0.5"
    graver = f"({silent} + on (room) {worse} or {silent})"
    ranked = worst(ROWS, named(graver, ROOM, _ROOMS, ()))

    def of_it(expression: str) -> str:
        return only(expression, "room", ranked)

    return worst_first(
        Words(
            Text("Máy tính phòng họp", "Meeting room PCs"),
            Text(
                "Phòng họp bằng máy tính, theo chương trình tự báo về: im là máy tắt hoặc mất "
                "mạng, ngoài giờ họp không phải là lỗi. Mất gói, trễ là trên đường về trung tâm.",
                "Rooms that meet by a PC, as its small program reports: silent is off or cut off, "
                "which is no fault outside meetings. Loss and delay are of its way to us.",
            ),
        ),
        language,
        by="room",
        labels={"name": Text("Phòng họp", "Room")},
        columns=[
            Column(
                Text("Báo về", "Reports"),
                of_it(named(silent, ROOM, _ROOMS)),
                words=(
                    (0, Text("đang báo về", "reporting"), "green"),
                    (1, Text("im", "silent"), GREY),
                ),
            ),
            Column(
                Text("Phần mềm họp", "Meeting program"),
                of_it(_of_room(pc.RUNNING)),
                words=(
                    (0, Text("chưa mở", "closed"), "text"),
                    (1, Text("đang mở", "open"), "green"),
                ),
            ),
            Column(
                Text("Camera, micrô, loa", "Camera, microphone, speaker"),
                of_it(_of_room(pc.DEVICE, "min")),
                words=((0, Text("thiếu", "missing"), "orange"), (1, Text("đủ", "there"), "green")),
            ),
            Column(
                Text("Mất gói", "Loss"),
                of_it(_of_room(pc.LOSS)),
                unit="percentunit",
                limits=LOSS,
                decimals=1,
            ),
            Column(Text("Đi và về", "Round trip"), of_it(_of_room(pc.ROUND_TRIP)), unit="s"),
            Column(Text("Đồng hồ lệch", "Clock off by"), of_it(_of_room(pc.CLOCK)), unit="s"),
        ],
        link="${hub}/targets/${__data.fields.room}",
    )


def _of_room(name: str, reduce: str = "max") -> str:
    return f"{reduce} by (room) ({metric(name)})"
