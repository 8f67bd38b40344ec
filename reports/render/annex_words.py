"""The words of the annex of a meeting."""

from datetime import datetime

from core import emodel
from core.callquality import AMISS, Grade
from core.callwords import GRADE, SIDE, worst_figure
from core.clock import LOCAL
from core.text import Language, Text
from reports.annex import Annex, Line, Prices, instant
from reports.render import figures

# The number of the standard is not broken over two lines of a page.
_G107 = "ITU\N{NON-BREAKING HYPHEN}T\N{NO-BREAK SPACE}G.\N{WORD JOINER}107"
WORDS = {
    "title": Text("Phụ lục cuộc họp trực tuyến", "Annex of a video conference"),
    "meeting": Text("Cuộc họp", "Meeting"),
    "time": Text("Thời gian", "Time"),
    "chair": Text("Chủ trì", "Chair"),
    "officer": Text("Trực kỹ thuật", "Duty officer"),
    "bridge": Text("Cầu nối", "Bridge"),
    "known": Text("Số liệu đến", "As known at"),
    "attended": Text("Điểm cầu đã dự", "Rooms that joined"),
    "time_in": Text("Tổng thời gian dự của các điểm cầu", "Time of all rooms together"),
    "delegates": Text("Đại biểu", "Delegates"),
    "drops": Text("Số lần rớt", "Drops"),
    "room": Text("Điểm cầu", "Room"),
    "joined": Text("Vào lúc", "Joined"),
    "left": Text("Ra lúc", "Left"),
    "present": Text("Thời gian dự", "Time in"),
    "km": Text("Km một chiều (ước tính)", "Km one way (estimate)"),
    "saved": Text("Tiết kiệm, đồng (ước tính)", "Saved, đồng (estimate)"),
    "hours": Text("Giờ đi lại (ước tính)", "Hours of travel (estimate)"),
    "unwatched": Text("Không theo dõi được", "Not watched"),
    "troubles": Text("Sự cố trong cuộc họp", "Incidents during the meeting"),
    "no_troubles": Text("Không có sự cố.", "There were none."),
    "code": Text("Mã", "Code"),
    "what": Text("Sự cố", "What failed"),
    "begin": Text("Bắt đầu", "Begin"),
    "end": Text("Kết thúc", "End"),
    "rooms_hit": Text("Điểm cầu bị ảnh hưởng", "Rooms touched"),
    "still_open": Text("chưa kết thúc", "still open"),
    "not_over": Text("Chưa kết thúc, số liệu đến {0}", "Not over yet, as known at {0}"),
    "unseen": Text("không ghi nhận được", "not seen to join"),
    "elsewhere": Text("ở cuộc họp khác: {0}", "in another meeting: {0}"),
    "note": Text("Ghi chú", "Note"),
    "unknown": Text("chưa có số liệu", "not known"),
    "method": Text("Cách tính", "Method"),
    "presence_method": Text(
        "Vào, ra theo thiết bị họp, cầu nối, ứng dụng của điểm cầu hoặc người ở điểm cầu; "
        "điểm cầu mất kết nối được tính là đã ra từ lúc mất. Rớt là mất kết nối, hoặc ra rồi vào "
        "lại; ra hẳn mà vẫn còn kết nối là đã rời cuộc họp. Nhiều cuộc họp cùng lúc mời một điểm "
        "cầu thì mỗi lúc điểm cầu chỉ tính ở một cuộc. Không ghi nhận được không có nghĩa là vắng "
        "mặt. Thời gian ghi giờ:phút:giây.",
        "Joined and left as the equipment, the bridge, the room's client or the person there says; "
        "a room that is cut off has left from then on. It dropped where it was cut off, or came "
        "back later; who leaves for good while connected has left the meeting. Where meetings at "
        "once have invited a room, it counts in one of them at a time. Not seen to join does not "
        "mean absent. Times are h:min:s.",
    ),
    "unwatched_method": Text(
        "Lúc hệ thống không theo dõi được thì không tính là dự, cũng không tính là vắng.",
        "While the platform itself did not look, no room counts as having taken part or been away.",
    ),
    "saving_method": Text(
        "Tiết kiệm (chỉ tiêu I13, ước tính) = đại biểu × (2 × km × {0} đ/km + {1} đ công tác phí "
        "+ {2} đ lưu trú nếu xa hơn {3} km); km là đường thẳng × {4}; giờ đi lại ở {5} km/h. Đơn "
        "giá do cơ quan đặt, không phải định mức của pháp luật.",
        "Savings (indicator I13, an estimate) = delegates × (2 × km × {0} đ/km + {1} đ per day + "
        "{2} đ lodging beyond {3} km); km are the straight line × {4}; hours at {5} km/h. Prices "
        "are set by the office and are no legal rates.",
    ),
    "no_prices": Text(
        "Chưa đặt đơn giá đi lại ([meetings.travel]) nên không tính số tiền; giờ đi lại ước tính "
        "theo đường thẳng × {4} ở {5} km/h.",
        "No prices of travel are set ([meetings.travel]), so no money is given; hours are "
        "estimated from the straight line × {4} at {5} km/h.",
    ),
    "uncounted": Text(
        "{0} điểm cầu đã dự không tính được vì thiếu số đại biểu hoặc toạ độ.",
        "Rooms that joined and are not counted, for want of delegates or coordinates: {0}.",
    ),
    "quality": Text("Chất lượng cuộc gọi, xấu nhất trước", "Quality of calls, worst first"),
    "no_quality": Text(
        "Không đo được chất lượng cuộc gọi của điểm cầu nào.", "No call of any room was measured."
    ),
    "good": Text("Tốt", "Good"),
    "fair": Text("Tạm được", "Fair"),
    "poor": Text("Kém", "Poor"),
    "bad": Text("Rất kém", "Bad"),
    "unmeasured": Text("Không đo được", "Not measured"),
    "none_measured": Text("không đo được", "not measured"),
    "worst": Text("Số đo xấu nhất", "Worst figure"),
    "worst_at": Text("Lúc", "At"),
    "side": Text("Bên có lỗi", "At fault"),
    "mos": Text("MOS thấp nhất (ước tính đường truyền)", "Lowest MOS (estimate of the path)"),
    "rest_unmeasured": Text(
        "{0} điểm cầu khác không đo được chất lượng.", "Other rooms, not measured: {0}."
    ),
    "quality_method": Text(
        "Chất lượng theo số đo của thiết bị họp và của cầu nối, bên xấu hơn được tính; một mức "
        "được ghi khi hai lần đo liền nhau cùng cho biết. Ngưỡng do cơ quan đặt trong cấu hình "
        "hệ thống. MOS là ước tính đường truyền theo E-model ("
        f"{_G107}), không phải đo được.",
        "Quality as the equipment and the bridge measure it, the worse of both; a grade counts "
        "when two measurements in a row agree. Limits are set by the office in "
        "the system's settings. MOS is an estimate of the path by the E-model ("
        f"{_G107}), not measured.",
    ),
    "above": Text("Cầu nối cấp trên", "Bridges above"),
    "sheet_quality": Text("Chất lượng", "Quality"),
    "sheet_rooms": Text("Điểm cầu", "Rooms"),
    "sheet_troubles": Text("Sự cố", "Incidents"),
    "sheet_method": Text("Cách tính", "Method"),
    "sum": Text("Cộng", "Total"),
    "month_title": Text("Tổng hợp họp trực tuyến", "Video conferences of the month"),
    "month": Text("Tháng", "Month"),
    "i11": Text("I11: đơn vị {0} có điểm cầu", "I11: {0} with a conference point"),
    "i12": Text("I12: số cuộc họp", "I12: meetings"),
    "i12_rooms": Text("I12: lượt điểm cầu đã dự/được mời", "I12: rooms that joined/were invited"),
    "i12_time": Text("I12: thời gian đã họp (giờ:phút:giây)", "I12: time held (h:min:s)"),
    "held": Text("Đã họp", "Held"),
    "i13": Text("I13: tiết kiệm, đồng (ước tính)", "I13: saved, đồng (estimate)"),
    "i13_hours": Text("I13: giờ đi lại (ước tính)", "I13: hours of travel (estimate)"),
    "troubled": Text("Cuộc họp có sự cố", "Meetings with an incident"),
    "district": Text("cấp huyện", "districts"),
    "commune": Text("cấp xã", "communes"),
    "day": Text("Ngày giờ", "When"),
    "no_meetings": Text("Tháng này chưa có cuộc họp nào.", "There was no meeting this month."),
    "running": Text(
        "{0} cuộc họp đang diễn ra, tính khi đã kết thúc.",
        "Meetings that go on and count when they are over: {0}.",
    ),
    "no_watch": Text(
        "{0} cuộc họp có lúc không theo dõi được, cộng {1}: không tính vào thời gian đã họp.",
        "Meetings that were not watched all the time: {0}, together {1}, which add no time held.",
    ),
    "no_time": Text(
        "{0} cuộc họp không ghi nhận được điểm cầu nào vào nên không cộng thời gian.",
        "Meetings that no room was seen to join, which add no time: {0}.",
    ),
    "counting_method": Text(
        "Tính từ phụ lục của từng cuộc họp bắt đầu trong tháng và đã kết thúc, không kể cuộc bị "
        "huỷ. Thời gian đã họp tính từ khi điểm cầu đầu tiên vào đến khi điểm cầu cuối cùng ra, "
        "trong khung giờ đã ghi. Đơn vị có điểm cầu là đơn vị có phòng họp hoặc thiết bị họp "
        "trong danh mục vào ngày cuối tháng.",
        "From the annexes of the meetings that began in the month and are over, called-off ones "
        "left out. A meeting was held from when its first room came to when its last one left, "
        "within the hours that were entered. A unit has a conference point if the inventory of "
        "the month's last day has a room or an endpoint there.",
    ),
}


def said(key: str, language: Language, *values: object) -> str:
    """Return a word of the annex, its places filled in."""
    text = WORDS[key].said(language)
    return text.format(*values) if values else text


def facts(annex: Annex, language: Language) -> list[str]:
    """Return what the annex says above its table, line by line."""
    meeting = annex.meeting
    found: list[tuple[str, str]] = [
        ("meeting", f"{meeting.title} ({meeting.id})"),
        ("time", f"{figures.minute(meeting.begin)} – {figures.minute(meeting.end)}"),
        ("chair", annex.chair.said(language) if annex.chair else ""),
        ("officer", annex.officer or ""),
        ("bridge", annex.bridge.said(language) if annex.bridge else ""),
        ("above", " → ".join(meeting.above)),
        ("attended", f"{annex.attended}/{len(annex.lines)}"),
        ("known", figures.moment(annex.as_known_at)),
        ("unwatched", unwatched(annex)),
    ]
    mark = [not_over(annex, language)] if annex.running else []
    return mark + [f"{said(key, language)}: {value}" for key, value in found if value]


def not_over(annex: Annex, language: Language) -> str:
    """Return the mark of an annex whose meeting goes on: its figures are not the last."""
    return said("not_over", language, f"{annex.as_known_at.astimezone(LOCAL):%H:%M}")


def clock(at: datetime, annex: Annex) -> str:
    """Return a time of day, with its date where that is not the meeting's."""
    local, begin = at.astimezone(LOCAL), annex.meeting.begin.astimezone(LOCAL)
    return f"{local:%H:%M:%S}" if local.date() == begin.date() else figures.moment(at)


def unwatched(annex: Annex) -> str:
    """Return when the platform did not look; empty if it always did."""
    spans = ((instant(begin), instant(end)) for begin, end in annex.unwatched)
    return "; ".join(f"{clock(begin, annex)}–{clock(end, annex)}" for begin, end in spans)


def method(annex: Annex, language: Language) -> list[str]:
    """Return how it was counted, with every price."""
    told = [said("presence_method", language)]
    if annex.unwatched.spans:
        told.append(said("unwatched_method", language))
    if annex.heard:
        told.append(said("quality_method", language))
    return told + saving_method(annex.prices, annex.uncounted, language)


def saving_method(prices: Prices, uncounted: int, language: Language) -> list[str]:
    """Return how I13 was estimated, with every price, and how many rooms are not in it."""

    def money(value: int | None) -> str:
        return figures.whole(value or 0, language)

    values = (
        money(prices.per_km),
        money(prices.per_day),
        money(prices.lodging),
        number(prices.lodging_beyond, language),
        number(prices.winding, language),
        number(prices.speed, language),
    )
    told = [said("saving_method" if prices.priced else "no_prices", language, *values)]
    if uncounted:
        told.append(said("uncounted", language, uncounted))
    return told


def worst(line: Line, language: Language) -> str:
    """Return the worst figure of a room's call in words; empty where nothing was ever amiss."""
    row = line.sound.worst
    if row is None or row.grade is Grade.GOOD:
        return ""
    return worst_figure(row.by, row.media, row.direction, row.value, language) or GRADE[
        row.grade
    ].said(language)


def worst_at(line: Line) -> datetime | None:
    """Return when a room's call was worst; None where nothing was ever amiss."""
    row = line.sound.worst
    return row.at if row is not None and row.grade is not Grade.GOOD else None


def elsewhere(line: Line, language: Language) -> str:
    """Return in which other meetings a room was meanwhile, in words; empty if in none."""
    named = "; ".join(f"{one.title} ({one.id})" for one in line.elsewhere)
    return said("elsewhere", language, named) if named else ""


def side(line: Line, language: Language) -> str:
    """Return which side a poor call is blamed on; empty where it was never poor."""
    row = line.sound.worst
    return SIDE[row.side].said(language) if row is not None and row.grade in AMISS else ""


def mos(line: Line) -> float | None:
    """Return the lowest MOS of a room's call, an estimate of the path."""
    return emodel.mos(line.sound.rating) if line.sound.rating is not None else None


def title(annex: Annex, language: Language) -> str:
    """Return the title in one line."""
    return f"{said('title', language)} – {annex.meeting.title}"


def number(value: float, language: Language) -> str:
    """Return a figure with at most one decimal."""
    text = f"{value:,.1f}".removesuffix(".0")
    return text if language == "en" else text.translate(str.maketrans(",.", ".,"))
