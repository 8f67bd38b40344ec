"""What whoever comes on duty must know: what is open, what is silenced, which works are coming.

Pure. The text is a beginning, for whoever goes off duty to change and add to.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from alerts.digest import Names
from alerts.wording import moment, root_in_words, severity_in_words
from core import quantity
from core.incident import Incident, Severity
from core.maintenance import Maintenance
from core.rota import HandOver
from core.silence import Silence
from core.text import Language, Text

MOST = 8  # lines of one kind: the note has at most 2000 characters
ROOM = 1500  # characters of a note that is begun for somebody, who may write 2000
_LONGEST = 200  # characters of one line
_ORDER = (Severity.CRITICAL, Severity.MAJOR, Severity.WARNING, Severity.INFO)
_OPEN = Text("ĐANG DIỄN RA", "OPEN NOW")
_SILENCED = Text("ĐANG TẠM DỪNG BÁO", "SILENCED NOW")
_WORKS = Text("SẮP BẢO TRÌ", "WORKS TO COME")
_NOTHING = Text("không có", "none")
_MORE = Text("và {0} mục nữa", "and {0} more")
_TAKEN = Text("{0} đã tiếp nhận", "taken on by {0}")
_UNTAKEN = Text("chưa ai tiếp nhận", "nobody has taken it on")
_SINCE = Text("từ {0}, đã {1}", "since {0}, for {1}")
_UNTIL = Text("đến {0}", "until {0}")
_SUBJECT = Text(
    "Bàn giao ca trực {0}: {1} sự cố đang diễn ra", "Handing over {0}: {1} incidents are open"
)
_FROM = Text("{0} để lại lúc {1}:", "{0} left at {1}:")
_NO_NOTE = Text(
    "Ca trước chưa ghi bàn giao. Hệ thống tự kể:", "Nobody left a note. This is how things stand:"
)
_NOW = Text("Hiện giờ:", "Now:")


@dataclass(frozen=True, slots=True)
class Standing:
    """How things stand at a moment: open incidents, silences that hold, works within two days."""

    at: datetime
    incidents: Sequence[Incident]
    silences: Sequence[Silence]
    works: Sequence[Maintenance]


def draft(standing: Standing, names: Names, language: Language) -> str:
    """Return the note as it would be if nobody wrote one."""
    incidents = sorted(standing.incidents, key=lambda i: (_ORDER.index(i.severity), i.began_at))
    silences = sorted(standing.silences, key=lambda s: (s.until, s.id))
    works = sorted(standing.works, key=lambda w: (w.begin, w.id))
    now = standing.at
    parts = (
        (_OPEN, [_incident(one, now, names, language) for one in incidents]),
        (_SILENCED, [_silence(one, now, names, language) for one in silences]),
        (_WORKS, [_work(one, language) for one in works]),
    )
    return "\n\n".join(_listed(title, lines, language) for title, lines in parts)


def beginning(standing: Standing, names: Names, language: Language) -> str:
    """Return the note for a form: whole lines of it, with room left for what a person adds."""
    text = draft(standing, names, language)
    return text if len(text) <= ROOM else text[: text.rindex("\n", 0, ROOM)]


def letter(
    rota: str, note: HandOver | None, standing: Standing, names: Names, language: Language
) -> tuple[str, str]:
    """Return subject and text for whoever comes on duty, with the note that was left, if any."""
    subject = _SUBJECT.said(language).format(rota, len(standing.incidents))
    present = draft(standing, names, language)
    if note is None:
        return subject, f"{_NO_NOTE.said(language)}\n\n{present}\n"
    head = _FROM.said(language).format(names.person(note.by), moment(note.at, language))
    return subject, f"{head}\n\n{note.text}\n\n{_NOW.said(language)}\n\n{present}\n"


def _incident(incident: Incident, now: datetime, names: Names, language: Language) -> str:
    since = _SINCE.said(language).format(
        moment(incident.began_at, language), quantity.length(now - incident.began_at, language)
    )
    taken = (
        _TAKEN.said(language).format(names.person(incident.acked_by))
        if incident.acked_by is not None
        else _UNTAKEN.said(language)
    )
    what = root_in_words(names.topology, incident.root, language)
    grade = severity_in_words(incident.severity, language)
    return f"{incident.id} {what} ({grade}): {since}; {taken}"


def _silence(silence: Silence, now: datetime, names: Names, language: Language) -> str:
    until = silence.holds_until(now) or silence.until
    ends = _UNTIL.said(language).format(moment(until, language))
    who = names.person(silence.owner)
    return f"{names.scope(silence, language)}: {silence.reason} ({who}), {ends}"


def _work(works: Maintenance, language: Language) -> str:
    begin, end = moment(works.begin, language), moment(works.end, language)
    reference = f" ({works.reference})" if works.reference else ""
    return f"{begin} – {end}: {works.reason}{reference}"


def _listed(title: Text, lines: Sequence[str], language: Language) -> str:
    head = f"{title.said(language)}: {len(lines) or _NOTHING.said(language)}"
    rows = [f"- {line[:_LONGEST]}" for line in lines[:MOST]]
    if len(lines) > MOST:
        rows.append(f"- {_MORE.said(language).format(len(lines) - MOST)}")
    return "\n".join([head, *rows])
