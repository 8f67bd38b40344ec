"""Board Meeting: who is in, who is not ready, and how does it sound?"""

from core.text import Language, Text
from core.watching import TargetKind
from grafana import variables
from grafana.board import Board
from grafana.expressions import chosen, in_unit, least, metric
from grafana.panels import Column, Words, lines, number, worst_first
from grafana.rooms import GRADE_LIMITS, GRADES, MOS
from grafana.statuses import CALM, GREY
from runtime import meeting_series as met
from runtime import surroundings

OF_IT = 'meeting="$meeting"'
ROWS, CURVES = 60, 10
_READINESS = (
    (0, Text("sẵn sàng", "ready"), "green"),
    (1, Text("chưa kiểm tra được", "not checked"), GREY),
    (2, Text("có nguy cơ", "at risk"), "yellow"),
    (3, Text("chưa sẵn sàng", "not ready"), "red"),
)
_STATES = {
    met.INVITED: Words(
        Text("Được mời", "Invited"), Text("Số điểm cầu được mời.", "Rooms that are invited.")
    ),
    met.JOINED: Words(
        Text("Đang dự", "In"), Text("Số điểm cầu đang trong cuộc họp.", "Rooms that are in.")
    ),
    met.READY: Words(
        Text("Sẵn sàng", "Ready"),
        Text(
            "Số điểm cầu mà mọi tầng kiểm tra được đều tốt.",
            "Rooms of which every layer that can be seen is well.",
        ),
    ),
    met.MEASURED: Words(
        Text("Đo được chất lượng", "Measured"),
        Text(
            "Số điểm cầu mà thiết bị hoặc cầu nối cho biết chất lượng.",
            "Rooms whose quality the equipment or the bridge tells.",
        ),
    ),
    met.GOOD: Words(
        Text("Nghe nhìn tốt", "Well heard"),
        Text("Số điểm cầu có chất lượng tốt.", "Rooms whose call is good."),
    ),
}
_JOINED = ((0, Text("không dự", "out"), "red"), (1, Text("đang dự", "in"), "green"))


def board(language: Language) -> Board:
    """Return the board."""
    made = Board(
        slug="meeting",
        title=Text("Thông Suốt – Cuộc họp", "Thông Suốt – Meeting"),
        question=Text(
            "Điểm cầu nào chưa vào, chưa sẵn sàng, hay nghe nhìn kém?",
            "Which room is not in, not ready, or poorly heard?",
        ),
        language=language,
        variables=(
            variables.source(language),
            variables.hub(),
            variables.unit(language),
            variables.meeting(language),
        ),
        marks=in_unit(surroundings.INCIDENT),
    )
    made.row(4, *_counts(language), _grade(language))
    made.row(14, _rooms(language))
    made.row(8, _course(language), _mos(language))
    return made


def _places() -> str:
    """Return one series of value 1 per room of the chosen units, or per site, with its name."""
    sites = f'label_replace({chosen(TargetKind.SITE)}, "room", "$1", "site", "(.+)")'
    return f"max by (room, name) ({chosen(TargetKind.ROOM)} or {sites})"


def _counts(language: Language) -> list[object]:
    return [
        number(
            one,
            language,
            f"max({_rooms_that_are(state)})",
            decimals=0,
            limits=CALM,
            link="${hub}/meetings/${meeting}",
        )
        for state, one in _STATES.items()
    ]


def _rooms_that_are(state: str) -> str:
    return metric(met.ROOMS, OF_IT, f'state="{state}"')


def _grade(language: Language) -> object:
    return number(
        Words(
            Text("Kém nhất", "Worst room"),
            Text(
                "Chất lượng cuộc gọi của điểm cầu xấu nhất, trong các điểm cầu đo được.",
                "Quality of the worst room's call, of those that are measured.",
            ),
        ),
        language,
        f"max({metric(met.GRADE, OF_IT)})",
        decimals=0,
        limits=GRADE_LIMITS,
        meanings=GRADES,
    )


def _rooms(language: Language) -> object:
    def by_room(name: str) -> str:
        return f"max by (room) ({metric(name, OF_IT)})"

    joined = f"(1 - {by_room(met.ROOM_JOINED)})"
    grade = by_room(met.ROOM_GRADE)
    readiness = by_room(met.ROOM_READINESS)
    # Out of the meeting first, then by grade, then by readiness; rooms that nobody saw come last.
    graver = f"({joined} * 100 + on (room) {readiness} or {readiness})"
    graver = f"({graver} + on (room) {grade} * 10 or {graver})"
    ranked = f"topk({ROWS}, {graver} * on (room) group_left () max by (room) ({_places()}))"
    told = f"{readiness} * on (room) group_left (name) {_places()} and on (room) {ranked}"
    return worst_first(
        Words(
            Text("Điểm cầu, nặng nhất trước", "Rooms, worst first"),
            Text(
                f"{ROWS} điểm cầu xấu nhất của các đơn vị đã chọn: sẵn sàng, có mặt, chất lượng. "
                "MOS là ước tính đường truyền, không phải đo được.",
                f"The {ROWS} worst rooms of the chosen units: ready, in, quality. MOS is an "
                "estimate of the path.",
            ),
        ),
        language,
        by="room",
        labels={"name": Text("Điểm cầu", "Room")},
        columns=[
            Column(Text("Sẵn sàng", "Readiness"), told, words=_READINESS),
            Column(
                Text("Có mặt", "Presence"),
                f"{by_room(met.ROOM_JOINED)} and on (room) {ranked}",
                words=_JOINED,
            ),
            Column(Text("Chất lượng", "Quality"), f"{grade} and on (room) {ranked}", words=GRADES),
            Column(
                Text("MOS (ước tính)", "MOS (estimate)"),
                f"min by (room) ({metric(met.ROOM_MOS, OF_IT)}) and on (room) {ranked}",
                decimals=1,
                limits=MOS,
            ),
        ],
        link="${hub}/meetings/${meeting}#${__data.fields.room}",
    )


def _course(language: Language) -> object:
    return lines(
        Words(
            Text("Diễn biến", "Course"),
            Text(
                "Số điểm cầu đang dự, sẵn sàng, đo được và nghe nhìn tốt theo thời gian.",
                "How many rooms are in, ready, measured and well heard, over time.",
            ),
        ),
        language,
        [
            (f"max({_rooms_that_are(state)})", words.title.said(language))
            for state, words in _STATES.items()
        ],
        unit="short",
    )


def _mos(language: Language) -> object:
    mos = f"min by (room) ({metric(met.ROOM_MOS, OF_IT)})"
    lowest = least(CURVES, f"{mos} * on (room) group_left (name) {_places()}")
    return lines(
        Words(
            Text("MOS thấp nhất (ước tính đường truyền)", "Lowest MOS (estimate of the path)"),
            Text(
                f"{CURVES} điểm cầu thấp nhất lúc ấy theo E-model; ước tính, không phải đo được.",
                f"The {CURVES} lowest rooms at the time by the E-model; an estimate.",
            ),
        ),
        language,
        [(lowest, "{{name}}")],
        unit="short",
        limits=MOS,
        top=4.5,
    )
