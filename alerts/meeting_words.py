"""How is it said what a readiness run found, and what a person in a room is asked?"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from alerts.topology import Topology
from alerts.wording import SMS_LENGTH, cause_in_words, moment, named, plain, root_in_words, sms
from core.clock import LOCAL
from core.errors import Problem
from core.incident import Incident, Message, Purpose, Short
from core.inventory import Contact
from core.meeting import Clash, Finding, Meeting, Readiness, ReadinessRun, Reason
from core.text import Language, Text

_NAMED = 20  # rooms that a message lists
_FEW = 3  # rooms that an SMS names
_MINUTE = timedelta(minutes=1)

RESULT = {
    Readiness.READY: Text("sẵn sàng", "ready"),
    Readiness.AT_RISK: Text("có nguy cơ", "at risk"),
    Readiness.NOT_READY: Text("chưa sẵn sàng", "not ready"),
    Readiness.NOT_CHECKED: Text("chưa kiểm tra được", "not checked"),
}
ITEM = {
    "screen": Text("màn hình", "screen"),
    "sound": Text("âm thanh", "sound"),
    "power": Text("nguồn điện", "power"),
    "camera": Text("camera", "camera"),
    "microphone": Text("micrô", "microphone"),
    "speaker": Text("loa", "speaker"),
}
REASON = {
    "cut_off": Text("mất kết nối do {about}, từ {since}", "cut off by {about}, since {since}"),
    "not_observed": Text("chưa đo được {about}", "{about} is not observed"),
    "not_watched": Text("không có trong danh mục", "not in the inventory"),
    "line_down": Text(
        "{about} đang hỏng, chạy bằng đường còn lại", "{about} is down, another way carries"
    ),
    "line_weak": Text("{about} chập chờn, từ {since}", "{about} is weak, since {since}"),
    "too_early": Text("chưa đến giờ bật máy", "not yet time to switch it on"),
    "endpoint_silent": Text(
        "thiết bị họp không trả lời, từ {since}", "its equipment is silent, since {since}"
    ),
    "not_registered": Text("thiết bị họp chưa đăng ký tổng đài", "its equipment is not registered"),
    "not_in_call": Text("chưa vào cuộc họp", "not in the meeting"),
    "busy": Text(
        "đang dự cuộc họp khác đến {since} mới kết thúc: {about}",
        "it is in another meeting that ends only at {since}: {about}",
    ),
    "elsewhere": Text("đang ở cuộc họp khác: {about}", "it is in another meeting: {about}"),
    "poor_media": Text("hình, tiếng kém", "poor picture or sound"),
    "poor_call": Text(
        "cuộc gọi đang diễn ra ở đó có hình, tiếng kém",
        "the call it is in now has poor picture or sound",
    ),
    "nobody_looked": Text(
        "không có thiết bị để đo và chưa ai ở điểm cầu xác nhận",
        "no equipment to look at, and nobody in the room has confirmed",
    ),
    "client_silent": Text(
        "máy tính ở điểm cầu không báo về, từ {since}", "the PC there is silent, since {since}"
    ),
    "client_closed": Text(
        "chưa mở phần mềm họp trên máy tính", "the meeting program is not open on its PC"
    ),
    "client_lacks": Text("máy tính không thấy {about}", "its PC finds no {about}"),
    "client_clock": Text("đồng hồ máy tính sai", "the clock of its PC is wrong"),
    "person_says": Text(
        "người ở điểm cầu báo hỏng: {about}, lúc {since}",
        "the person there says it is broken: {about}, at {since}",
    ),
    "dropped": Text("đã rớt khỏi cuộc họp, từ {since}", "it has dropped out, since {since}"),
    "nobody_to_phone": Text("chưa có số để gọi", "nobody to phone is known"),
    "bridge_down": Text("cầu nối hội nghị không trả lời", "the bridge is silent"),
    "bridge_weak": Text("cầu nối hội nghị có cảnh báo", "the bridge has a warning"),
}
_CLASH = Text(
    "trùng giờ với cuộc họp {0} ({1}, {2}): {3}", "at the same hour as {0} ({1}, {2}): {3}"
)
_BOTH_ROOMS = Text("{0} điểm cầu được mời dự cả hai: {1}", "invited to both ({0}): {1}")
_BOTH_BRIDGE = Text("cùng cầu nối {0}", "the same bridge {0}")
_MEND_ROOMS = Text(
    "Cuộc họp vẫn được ghi; dời giờ, hoặc để mỗi điểm cầu ở một cuộc họp",
    "The meeting is kept all the same; move it, or leave each room in one of the two",
)
_MEND_BRIDGE = Text(
    "Cuộc họp vẫn được ghi; xem lại cầu nối còn đủ cổng cho cả hai",
    "The meeting is kept all the same; see whether the bridge has ports enough for both",
)
_TAKEN = Text("do {root}: {cause}", "by {root}: {cause}")
_TAKEN_UNTIL = Text("do {root}, hết lúc {until}: {cause}", "by {root}, over at {until}: {cause}")
_AHEAD = (
    (1440, Text("{0} giờ", "{0} h"), 60),
    (0, Text("{0} phút", "{0} min"), 1),
)
_SUBJECT = Text(
    "Họp {at} ngày {day}: {ready}/{all} điểm cầu sẵn sàng",
    "Meeting {at} on {day}: {ready}/{all} rooms ready",
)
_COUNTS = {
    Readiness.NOT_READY: Text("{0} chưa sẵn sàng", "{0} not ready"),
    Readiness.AT_RISK: Text("{0} có nguy cơ", "{0} at risk"),
    Readiness.NOT_CHECKED: Text("{0} chưa kiểm tra được", "{0} not checked"),
}
_INTRO = Text(
    "{title}: kiểm tra trước giờ họp {ahead} ({at}).",
    "{title}: checked {ahead} before it begins ({at}).",
)
_ALL_WELL = Text("Mọi điểm cầu đều sẵn sàng.", "Every room is ready.")
_PHONE = Text("gọi {name} {number}", "phone {name} {number}")
_MORE = Text("và {0} điểm cầu nữa", "and {0} more rooms")
_SEE = Text("Xem từng điểm cầu: {0}", "Room by room: {0}")
_SMS = Text(
    "HOP {at} {day}: san sang {ready}/{all}{amiss}. {code}",
    "MEETING {at} {day}: ready {ready}/{all}{amiss}. {code}",
)
_LACKING = Text("; {0} chua: {1}", "; {0} not: {1}")
_ASK = Text(
    "Họp {at} ngày {day}: kiểm tra điểm cầu {room}", "Meeting {at} on {day}: check the room {room}"
)
_ASK_BODY = Text(
    "{title}\n\nĐề nghị có mặt tại điểm cầu {room}, bật máy và xác nhận màn hình, âm thanh, nguồn "
    "điện (mở đường dẫn, không cần đăng nhập):\n{url}",
    "{title}\n\nPlease go to the room {room}, switch its equipment on and confirm screen, sound "
    "and power (open the link, no login):\n{url}",
)
_ASK_SMS = Text(
    "HOP {at} {day}: xac nhan diem cau {room}: {url}", "MEETING {at} {day}: confirm {room}: {url}"
)


@dataclass(frozen=True, slots=True)
class Telling:
    """What a message about a meeting is made of."""

    meeting: Meeting
    topology: Topology
    people: Mapping[str, Contact]
    now: datetime
    base_url: str = ""


def ahead_in_words(minutes: int, language: Language) -> str:
    """Return how long before a meeting: 24 giờ, 60 phút."""
    _, words, unit = next(row for row in _AHEAD if minutes >= row[0])
    return words.said(language).format(minutes // unit)


def reason_in_words(reason: Reason, topology: Topology, language: Language) -> str:
    """Return why a room is not simply ready, as a person says it."""
    item = ITEM.get(reason.about)
    about = (
        item.said(language) if item is not None else root_in_words(topology, reason.about, language)
    )
    if reason.words:
        about = f"{about} ({reason.words})"
    since = moment(reason.since, language) if reason.since is not None else "?"
    text = REASON.get(reason.name)
    words = text.said(language) if text is not None else reason.name
    return words.replace("{about}", about).replace("{since}", since)


def why(finding: Finding, topology: Topology, language: Language) -> list[str]:
    """Return why a room is as it was found, in words.

    That nobody is known whom to phone is said of rooms about which somebody should be phoned.
    """
    amiss = finding.result in {Readiness.NOT_READY, Readiness.AT_RISK}
    return [
        reason_in_words(reason, topology, language)
        for reason in finding.reasons
        if amiss or reason.name != "nobody_to_phone"
    ]


def booked_twice(clash: Clash, topology: Topology) -> Problem:
    """Return what is told of a meeting that wants what another has at the same hour."""
    other = clash.other
    begin, end = other.begin.astimezone(LOCAL), other.end.astimezone(LOCAL)
    day = "" if begin.date() == end.date() else f" {begin:%d/%m}"
    hours = f"{begin:%H:%M}{day}–{end:%H:%M %d/%m/%Y}"

    def said(language: Language) -> str:
        what: list[str] = []
        if clash.rooms:
            names = [named(topology.targets.get(one), one, language) for one in clash.rooms]
            shown = ", ".join(names[:_NAMED]) + ("…" if len(names) > _NAMED else "")
            what.append(_BOTH_ROOMS.said(language).format(len(names), shown))
        if clash.bridge is not None:
            bridge = named(topology.targets.get(clash.bridge), clash.bridge, language)
            what.append(_BOTH_BRIDGE.said(language).format(bridge))
        return _CLASH.said(language).format(other.title, other.id, hours, "; ".join(what))

    mend = _MEND_ROOMS if clash.rooms else _MEND_BRIDGE
    whose = f"{clash.meeting.title} ({clash.meeting.id})"  # an id alone says little of a list
    return Problem(whose, Text(said("vi"), said("en")), mend)


def taken_by(incident: Incident, topology: Topology, language: Language) -> str:
    """Return what took a room out of its meeting, and until when if that is over."""
    root = root_in_words(topology, incident.root, language)
    cause = cause_in_words(incident, topology, language)
    over = incident.recovered_at
    text = _TAKEN if over is None else _TAKEN_UNTIL
    until = f"{over.astimezone(LOCAL):%H:%M}" if over is not None else ""
    return text.said(language).format(root=root, cause=cause, until=until)


def report(
    telling: Telling, run: ReadinessRun, language: Language, *, message_id: str, to: str
) -> Message:
    """Return the message to a duty officer about one run: the worst rooms first."""
    meeting = telling.meeting
    rooms, beside = by_rooms(meeting, run)
    counts = counted(rooms)
    facts = _facts(telling, counts, len(rooms))
    subject = _SUBJECT.said(language).format(**facts)
    amiss = [
        text.said(language).format(counts[result])
        for result, text in _COUNTS.items()
        if counts[result]
    ]
    amiss += [
        reason_in_words(one.reasons[0], telling.topology, language)
        for one in beside
        if one.result is Readiness.NOT_READY
    ]
    if amiss:
        subject = f"{subject}, {', '.join(amiss)}"
    intro = _INTRO.said(language).format(
        title=meeting.title,
        ahead=ahead_in_words(round((meeting.begin - run.at) / _MINUTE), language),
        at=moment(meeting.begin, language),
    )
    url = f"{telling.base_url}/meetings/{meeting.id}" if telling.base_url else ""
    parts = [intro, "\n".join(_lines(telling, run, language)) or _ALL_WELL.said(language)]
    if url:
        parts.append(_SEE.said(language).format(url))
    bad = [one for one in run.worst if one.result is Readiness.NOT_READY]
    named = ", ".join(_room(telling, one.room, language) for one in bad[:_FEW])
    lacking = _LACKING.said(language).format(len(bad), named) if bad else ""
    short = sms(_SMS.said(language).format(**facts, amiss=lacking, code=meeting.id))
    return Message(
        id=message_id,
        to=to,
        subject=subject,
        body="\n\n".join(parts) + "\n",
        data={
            "purpose": Purpose.READINESS.value,
            "meeting": meeting.id,
            "stage": run.stage,
            "counts": {result.value: count for result, count in counts.items()},
            "sms": short,
            "url": url,
        },
        # a gateway of registered texts knows four: this one goes out in the words of a problem
        short=Short(
            sms=short,
            minimal=f"{meeting.id}: {facts['ready']}/{facts['all']}",
            template="problem",
            parts=(plain(subject), plain(moment(run.at, language)), meeting.id),
        ),
    )


def request(
    telling: Telling, room: str, token: str, language: Language, *, message_id: str, to: str
) -> Message:
    """Return the message that asks the person in a room to look at it; `token` opens its page."""
    facts = _facts(telling, {}, 0) | {
        "room": _room(telling, room, language),
        "title": telling.meeting.title,
        "url": f"{telling.base_url}/m/{token}",
    }
    short = _with_the_link_whole(_ASK_SMS.said(language), facts)
    return Message(
        id=message_id,
        to=to,
        subject=_ASK.said(language).format(**facts),
        body=_ASK_BODY.said(language).format(**facts) + "\n",
        data={
            "purpose": Purpose.CHECKLIST.value,
            "meeting": telling.meeting.id,
            "room": room,
            "sms": short,
        },
        short=Short(
            sms=short,
            minimal=short,
            template="problem",
            parts=(plain(str(facts["room"])), str(facts["at"]), telling.meeting.id),
        ),
    )


def _with_the_link_whole(text: str, facts: Mapping[str, object]) -> str:
    """Return the SMS: the room's name is cut rather than the link at its end."""
    room = plain(str(facts["room"]))
    excess = len(plain(text.format(**facts))) - SMS_LENGTH
    if excess > 0:
        room = f"{room[: -excess - 3]}..."
    return sms(text.format(**{**facts, "room": room}))


def by_rooms(meeting: Meeting, run: ReadinessRun) -> tuple[list[Finding], list[Finding]]:
    """Return what was found of the rooms of a meeting, and beside them: of its bridge."""
    rooms = [one for one in run.findings if one.room in meeting.rooms]
    return rooms, [one for one in run.findings if one.room not in meeting.rooms]


def counted(findings: Iterable[Finding]) -> dict[Readiness, int]:
    """Return how many rooms have each result."""
    counts = dict.fromkeys(Readiness, 0)
    for one in findings:
        counts[one.result] += 1
    return counts


def _facts(telling: Telling, counts: Mapping[Readiness, int], rooms: int) -> dict[str, object]:
    begin = telling.meeting.begin.astimezone(LOCAL)
    return {
        "at": f"{begin:%H:%M}",
        "day": f"{begin:%d/%m}",
        "ready": counts.get(Readiness.READY, 0),
        "all": rooms,
    }


def _lines(telling: Telling, run: ReadinessRun, language: Language) -> list[str]:
    amiss = [one for one in run.worst if one.result is not Readiness.READY]
    lines = [_line(telling, one, language) for one in amiss[:_NAMED]]
    if len(amiss) > _NAMED:
        lines.append(f"- {_MORE.said(language).format(len(amiss) - _NAMED)}")
    return lines


def _line(telling: Telling, one: Finding, language: Language) -> str:
    because = "; ".join(why(one, telling.topology, language))
    said = f"- {_room(telling, one.room, language)}: {RESULT[one.result].said(language)}"
    whom = phone_in_words(one.phone, telling.people, language)
    return " – ".join(part for part in (f"{said} ({because})" if because else said, whom) if part)


def phone_in_words(slug: str | None, people: Mapping[str, Contact], language: Language) -> str:
    """Return whom to phone: gọi Nguyễn Văn An 0912345678."""
    contact = people.get(slug or "")
    if contact is None:
        return ""
    number = contact.phone or contact.email or ""
    return _PHONE.said(language).format(name=contact.name, number=number).strip()


def _room(telling: Telling, slug: str, language: Language) -> str:
    target = telling.topology.targets.get(slug)
    if target is None:
        return slug
    return (target.name_en or target.name) if language == "en" else target.name
