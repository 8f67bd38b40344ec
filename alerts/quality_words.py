"""What is said of a room's call and of who is at fault, in both languages, with the figures."""

from alerts.both_ends import Blame, End, Measured, RoomQuality
from alerts.quality import Figures, Verdict
from alerts.topology import Topology
from alerts.wording import root_in_words
from core.callquality import Grade, Side
from core.callwords import DIRECTION, GRADE, MEDIA, SIDE, estimate, figure, worst_figure
from core.text import Language, Text

END = {
    End.ROOM: Text("thiết bị tại điểm cầu đo", "as its equipment measures"),
    End.BRIDGE: Text("cầu nối đo", "as the bridge measures"),
    End.CLIENT: Text("máy tính tại điểm cầu đo", "as its PC measures"),
}
_LINE_MEASURED = Text("đường truyền cùng lúc {0}", "its line meanwhile {0}")
_LINE_UNKNOWN = Text("chưa đo đủ đường truyền", "its line was not measured long enough")
_WAY = Text("{0} đang hỏng hoặc chập chờn", "{0} is down or weak")
_BRIDGE = Text("{0} đang có sự cố", "{0} has a fault")
_OVER = Text(
    "{0}: {1}/{2} điểm cầu đo được cùng đi qua đây đều kém",
    "{0}: {1} of {2} measured rooms whose way leads over it are poor",
)
_AT = Text(
    "{0}: {1}/{2} điểm cầu đo được cùng nối vào đây, bằng các đường khác nhau, đều kém",
    "{0}: {1} of {2} measured rooms that hang on it, over different lines, are poor",
)
_OTHERS = Text("{0}/{1} điểm cầu khác cũng kém", "{0} of {1} other rooms are poor too")
_ROOM = Text("mạng nội bộ hoặc thiết bị tại điểm cầu", "its own network or its equipment")


def of_verdict(verdict: Verdict, language: Language) -> str:
    """Return a grade with the figure that it is by."""
    said = worst_figure(verdict.by, verdict.media, verdict.direction, verdict.value, language)
    grade = GRADE[verdict.grade].said(language)
    return f"{grade}: {said}" if said else grade


def of_room(quality: RoomQuality | None, language: Language) -> str:
    """Return how a room's call is: grade, worst figure, who measured it, estimate."""
    if quality is None:
        return GRADE[Grade.UNKNOWN].said(language)
    parts = [
        of_verdict(quality.verdict, language),
        END[quality.end].said(language),
        estimate(quality.rating, quality.mos, language),
    ]
    return "; ".join(part for part in parts if part)


def of_streams(quality: RoomQuality, language: Language) -> list[str]:
    """Return every medium and direction that an end measured, one line each."""
    return [line for one in quality.streams if (line := _of_stream(one, language))]


def _of_stream(one: Measured, language: Language) -> str:
    figures = one.figures
    found = [
        figure(name, value, language)
        for name, value in (
            ("loss", figures.loss),
            ("jitter", figures.jitter),
            ("round_trip", figures.round_trip),
            ("used", figures.used),
        )
    ]
    said = ", ".join(part for part in found if part)
    if not said:
        return ""
    places = [
        words[key].said(language)
        for words, key in ((MEDIA, figures.media), (DIRECTION, figures.direction))
        if key in words
    ]
    grade, end = GRADE[one.grade].said(language), END[one.end].said(language)
    return f"{', '.join(places)}: {grade}, {said} ({end})"


def of_line(line: Figures | None, language: Language) -> str:
    """Return what was measured of a line in the same minutes, in words."""
    if line is None:
        return _LINE_UNKNOWN.said(language)
    found = [
        figure(name, value, language)
        for name, value in (("loss", line.loss), ("round_trip", line.round_trip))
    ]
    return _LINE_MEASURED.said(language).format(", ".join(one for one in found if one))


def of_blame(blame: Blame, topology: Topology, language: Language) -> str:
    """Return which side is at fault and what says so, with the figures."""
    side = SIDE[blame.side].said(language)
    others = _OTHERS.said(language).format(blame.bad, blame.others) if blame.others else ""
    agreed = _agreed(blame, topology, language)
    reasons = {
        Side.LINE: [
            agreed
            or (
                _WAY.said(language).format(root_in_words(topology, blame.way, language))
                if blame.way
                else ""
            ),
            of_line(blame.line, language) if blame.line is not None else "",
        ],
        Side.BRIDGE: [
            agreed
            or (
                _BRIDGE.said(language).format(root_in_words(topology, blame.bridge, language))
                if blame.bridge
                else ""
            ),
            others if not agreed else "",
            of_line(blame.line, language) if blame.line is not None else "",
        ],
        Side.ROOM: [_ROOM.said(language), of_line(blame.line, language)],
        Side.UNKNOWN: [of_line(blame.line, language)],
    }[blame.side]
    said = "; ".join(reason for reason in reasons if reason)
    return f"{side}: {said}" if said else side


def _agreed(blame: Blame, topology: Topology, language: Language) -> str:
    """Return what the rooms agree on, and in which direction; empty if they do not."""
    if blame.agreed is None or (blame.side is Side.BRIDGE) is not blame.agreed.at_bridge:
        return ""
    words = _AT if blame.agreed.at_bridge else _OVER
    said = words.said(language).format(
        root_in_words(topology, blame.agreed.segment, language),
        blame.agreed.bad,
        blame.agreed.measured,
    )
    if len(blame.directions) != 1:
        return said
    (direction,) = blame.directions
    return f"{said}, {DIRECTION[direction].said(language)}"
