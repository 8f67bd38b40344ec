"""Who was to be told of an incident, when, by which way, with what receipt; or why not?"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from alerts.telling import concerned
from api.snapshot import Picture
from api.words import BECAUSE, NOTIFICATION_STATE, PURPOSE
from core.answer import Received, Verdict
from core.incident import ASKING, Delivery, Incident, IncidentState, Notification
from core.incident import NotificationState as State
from core.text import Text


@dataclass(frozen=True, slots=True)
class Line:
    """One intent to tell somebody, and what became of it."""

    person: str  # by name
    recipient: str
    channel: str
    purpose: Text
    reason: Text  # why this person
    due_at: datetime | None
    because: Text  # why then
    state: str
    fate: Text  # told, or why not
    attempts: tuple[Delivery, ...] = ()
    settled_at: datetime | None = None
    step: int | None = None  # of a chain, that became messages of their own; 0: of a recovery


@dataclass(frozen=True, slots=True)
class Taken:
    """Who took the incident on, and by which way."""

    by: str
    person: str
    at: datetime
    way: Text


def lines(
    incident: Incident, told: Sequence[tuple[Notification, list[Delivery]]], picture: Picture
) -> list[Line]:
    """Return every intent in the order in which it was due, then who has no address."""
    rows = [_line(incident, note, deliveries, picture) for note, deliveries in told]
    rows.sort(key=lambda row: row.due_at or incident.decided_at)
    known = {row.recipient for row in rows}
    return rows + [
        Line(
            person=contact.name,
            recipient=contact.slug,
            channel="",
            purpose=Text("báo sự cố", "problem"),
            reason=REASON["new_problem"],
            due_at=None,
            because=_NOTHING,
            state="no_address",
            fate=_NO_ADDRESS,
        )
        for contact in concerned(incident, picture, picture.contacts.values())
        if not contact.email and not contact.phone and contact.slug not in known
    ]


def taken(
    incident: Incident,
    links: frozenset[str],
    answers: Sequence[Received],
    picture: Picture,
) -> Taken | None:
    """Return who acknowledged; `links` are those who used the link of a message."""
    if incident.acked_by is None or incident.acked_at is None:
        return None
    way = _BY_LINK if incident.acked_by in links else _LOGGED_IN
    for answer in answers:
        if answer.verdict is Verdict.TAKEN and answer.at == incident.acked_at:
            way = _by_answer(answer)
    return Taken(incident.acked_by, picture.person(incident.acked_by), incident.acked_at, way)


@dataclass(frozen=True, slots=True)
class Said:
    """What somebody answered, and what came of it."""

    person: str
    sender: str
    channel: str
    text: str
    at: datetime
    came_of: Text


def said(answers: Sequence[Received], picture: Picture) -> list[Said]:
    """Return the answers about an incident, oldest first."""
    return [
        Said(
            picture.person(one.contact) if one.contact else one.sender,
            one.sender,
            one.channel,
            one.text,
            one.at,
            CAME_OF[one.verdict],
        )
        for one in answers
    ]


def _by_answer(answer: Received) -> Text:
    return Text(
        f"bằng tin trả lời từ {answer.sender} (kênh {answer.channel}): “{answer.text}”",
        f"by an answer from {answer.sender} (channel {answer.channel}): “{answer.text}”",
    )


def _line(
    incident: Incident, note: Notification, deliveries: Sequence[Delivery], picture: Picture
) -> Line:
    step = note.step
    person = picture.person(note.recipient) if step is None else note.recipient
    return Line(
        person=person,
        recipient=note.recipient,
        channel=note.channel,
        purpose=PURPOSE[note.purpose],
        reason=REASON.get(note.reason, Text(note.reason, note.reason)),
        due_at=note.due_at,
        because=BECAUSE.get(note.because, _NOTHING),
        state=note.state.value,
        fate=fate(incident, note, deliveries),
        attempts=tuple(deliveries),
        settled_at=note.settled_at,
        step=step,
    )


def fate(incident: Incident, note: Notification, deliveries: Sequence[Delivery]) -> Text:
    """Return what became of an intent: told, or by name why not."""
    match note.state:
        case State.FAILED:
            said = deliveries[-1].receipt if deliveries else ""
            return Text(f"không gửi được: {said}", f"given up: {said}")
        case State.CANCELLED:
            return _cancelled(incident, note)
        case State.PENDING | State.CLAIMED:
            return _waiting(incident, note, deliveries)
        case _:
            return NOTIFICATION_STATE[note.state]


def _waiting(incident: Incident, note: Notification, deliveries: Sequence[Delivery]) -> Text:
    if note.held_by is not None:
        return Text(f"được giữ lại bởi {note.held_by}", f"held back by {note.held_by}")
    if deliveries:
        said = deliveries[-1].receipt
        return Text(f"kênh đang lỗi, sẽ gửi lại: {said}", f"channel broken, again: {said}")
    if note.purpose in ASKING and incident.acked_by is not None:
        return Text("không báo nữa: đã có người tiếp nhận", "no more: somebody has taken it on")
    if note.state is State.PENDING and note.because in BECAUSE:
        because = BECAUSE[note.because]
        return Text(f"chờ đến giờ: {because.vi}", f"not yet due: {because.en}")
    return NOTIFICATION_STATE[note.state]


def _cancelled(incident: Incident, note: Notification) -> Text:
    at = note.settled_at
    if incident.acked_at is not None and (at is None or at >= incident.acked_at):
        return Text("đã có người tiếp nhận trước đó", "somebody had taken it on before")
    if incident.state is IncidentState.MERGED:
        into = incident.merged_into or ""
        return Text(f"đã gộp vào {into}", f"merged into {into}")
    if note.step is not None:
        return Text("bước này không còn ai để báo", "the step led to nobody")
    return Text("đã hết trước giờ báo", "it had ended before it was due")


_NOTHING = Text("", "")
_NO_ADDRESS = Text("không có thư điện tử, không có số điện thoại", "no e-mail address, no phone")
_BY_LINK = Text("bằng đường dẫn trong tin báo", "by the link in a message")
_LOGGED_IN = Text("khi đăng nhập (trang hoặc API)", "logged in (page or interface)")
CAME_OF = {
    Verdict.TAKEN: Text("tiếp nhận", "taken on"),
    Verdict.PROVEN: Text("xác nhận số", "proved the number"),
    Verdict.ALREADY: Text("đã có người nhận trước", "taken on before"),
    Verdict.ENDED: Text("sự cố đã hết", "it was over"),
    Verdict.EXPIRED: Text("mã đã hết hạn", "the code had expired"),
    Verdict.UNKNOWN: Text("mã lạ", "unknown code"),
    Verdict.UNCLEAR: Text("không rõ ý", "unclear"),
    Verdict.STRANGER: Text("người lạ", "a stranger"),
}
REASON = {
    "new_problem": Text("phụ trách nơi có sự cố", "looks after what is touched"),
    "touches_your_unit": Text(
        "sự cố lan đến đơn vị phụ trách", "it has come to touch what they look after"
    ),
    "escalated": Text("bước tiếp theo, chưa ai tiếp nhận", "next step: nobody had taken it on"),
    "split_off": Text("đã được báo trước khi tách", "was told before it was split off"),
    "reminder": Text("nhắc lại, chưa ai tiếp nhận", "reminder: nobody had taken it on"),
    "nobody_on_duty": Text("không có ai trực, báo mọi người", "nobody on duty: all are told"),
    "recovered": Text("đã được báo khi có sự cố", "was told of the problem"),
    "silence_ended": Text("hết tạm dừng báo", "the silence has ended"),
    "works_ended": Text("hết bảo trì", "the works have ended"),
}
