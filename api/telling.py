"""Who was to be told of an incident, when, by which way, with what receipt; or why not?"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from alerts.chains import WHOEVER_WAS_TOLD
from alerts.reasons import FIRST, REASON, beside, reason_in_words
from alerts.telling import concerned
from api.snapshot import Picture
from api.words import BECAUSE, NOTIFICATION_STATE, PURPOSE, STEP, whom
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
    step_name: Text | None = None  # of which no other line of the incident has the same
    note: int | None = None  # the number of the intent in the ledger


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
    intents = [note for note, _ in told]
    names = step_names(incident, intents)
    rows = [
        _line(incident, note, deliveries, picture, intents, names.get(note.recipient))
        for note, deliveries in told
    ]
    rows.sort(key=lambda row: row.due_at or incident.decided_at)
    known = {row.recipient for row in rows}
    return rows + [
        Line(
            person=contact.name,
            recipient=contact.slug,
            channel="",
            purpose=Text("báo sự cố", "problem"),
            reason=REASON[FIRST],
            due_at=None,
            because=_NOTHING,
            state="no_address",
            fate=_NO_ADDRESS,
        )
        for contact in concerned(incident, picture, picture.contacts.values())
        if not contact.email and not contact.phone and contact.slug not in known
    ]


def step_names(incident: Incident, told: Sequence[Notification]) -> dict[str, Text]:
    """Return what each promised step is called, by how its promise names it; no two alike.

    A step is promised again when more is touched, and all steps are when the chain is another.
    """
    found: dict[str, Text] = {}
    times: dict[tuple[str, int], int] = {}
    own = incident.chain.slug if incident.chain is not None else ""
    for note in told:
        chain = note.recipient.rpartition("/")[0]
        if note.step is None or note.recipient in found:
            continue
        if note.step == WHOEVER_WAS_TOLD:
            found[note.recipient] = _TO_ALL
            continue
        times[chain, note.step] = again = times.get((chain, note.step), 0) + 1
        vi, en = f"{STEP.vi} {note.step}", f"{STEP.en} {note.step}"
        if again > 1:
            vi, en = f"{vi}, lần {again}", f"{en}, time {again}"
        if chain == own:
            who = whom(incident, note.step)
            vi, en = f"{vi} ({who.vi})", f"{en} ({who.en})"
        else:
            vi, en = f"{vi} (chuỗi trước: {chain})", f"{en} (earlier chain: {chain})"
        found[note.recipient] = Text(vi, en)
    return found


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


def _line(  # noqa: PLR0917
    incident: Incident,
    note: Notification,
    deliveries: Sequence[Delivery],
    picture: Picture,
    told: Sequence[Notification],
    step_name: Text | None,
) -> Line:
    step = note.step
    person = picture.person(note.recipient) if step is None else note.recipient
    others = [picture.person(slug) for slug in beside(note, told)]
    return Line(
        person=person,
        recipient=note.recipient,
        channel=note.channel,
        purpose=PURPOSE[note.purpose],
        reason=reason_in_words(note, told, others),
        due_at=note.due_at,
        because=BECAUSE.get(note.because, _NOTHING),
        state=note.state.value,
        fate=fate(incident, note, deliveries),
        attempts=tuple(deliveries),
        settled_at=note.settled_at,
        step=step,
        step_name=step_name,
        note=note.id,
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
    ended = incident.state is IncidentState.RECOVERED
    settled_after = incident.recovered_at is None or at is None or at >= incident.recovered_at
    if note.step is not None and not (ended and settled_after):
        return Text("bước này không có thêm ai để báo", "the step led to nobody else")
    return Text("đã hết trước giờ báo", "it had ended before it was due")


_NOTHING = Text("", "")
_TO_ALL = Text("Mọi người đã được báo", "Everybody who was told")
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
