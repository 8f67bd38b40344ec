"""What happened while people slept, and what did nobody hear of because of a silence?

Two letters of plain text: every morning's, and every week's to those who silenced something.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from alerts.severity import sites_among
from alerts.topology import Topology
from alerts.wording import (
    alert_name,
    beyond_in_words,
    flapping_in_words,
    moment,
    root_in_words,
    severity_in_words,
)
from core import quantity
from core.incident import EXTERNAL, FLAPPING, THRESHOLD, Fate, Incident, IncidentState, Severity
from core.silence import Pause, Silence
from core.text import Language, Text

MOST = 40  # incidents of one kind that a letter lists
_ORDER = (Severity.CRITICAL, Severity.MAJOR, Severity.WARNING, Severity.INFO)

_DAILY = Text("Thông Suốt: bản tin sáng {0}", "Thông Suốt: the morning of {0}")
_WEEKLY = Text(
    "Thông Suốt: những gì đã tạm dừng báo, tuần đến {0}",
    "Thông Suốt: what silences hid in the week until {0}",
)
_FROM_TO = Text("Từ {0} đến {1}.", "From {0} until {1}.")
_OPEN = Text("ĐANG DIỄN RA", "OPEN NOW")
_OVER = Text("ĐÃ QUA", "OVER")
_SILENCED = Text("ĐANG TẠM DỪNG BÁO", "SILENCED NOW")
_NOTHING = Text("không có", "none")
_CALM = Text("Không có sự cố nào.", "There was no incident.")
_MORE = Text("và {0} sự cố khác", "and {0} more")
_SINCE = Text("từ {0}, đã {1}", "since {0}, for {1}")
_LASTED = Text("{0}, kéo dài {1}", "{0}, for {1}")
_SITES = Text("{0} điểm cầu", "{0} sites")
_TAKEN = Text("{0} đã tiếp nhận", "taken on by {0}")
_UNTAKEN = Text("chưa ai tiếp nhận", "nobody has taken it on")
_TOLD = Text("đã báo", "told")
_FAILED = Text("KHÔNG gửi được tin", "the message could NOT be sent")
_WILL = Text("sẽ báo lúc {0}", "will be told at {0}")
_HELD = Text("tin được giữ lại bởi {0}", "held back by {0}")
_UNREACHED = Text("KHÔNG có ai để báo", "there was NOBODY to tell")
_PASSED = Text("hết trước giờ báo, không báo ai", "it ended before its hour: nobody was told")
_NOBODY = Text("không có ai để báo", "there was nobody to tell")
_PAUSED = Text("đang tạm dừng báo đến {0}", "silenced until {0}")
_UNTIL = Text("đến {0}", "until {0}")
_HID = Text("đã giữ lại tin của {0} sự cố", "held back messages of {0} incidents")
_HID_NONE = Text("không giữ lại tin nào", "held nothing back")
_FAREWELL = Text("Thư này do hệ thống tự gửi.", "This letter was sent by itself.")


@dataclass(frozen=True, slots=True)
class Names:
    """What people call things: units and targets by slug, accounts and contacts by name."""

    topology: Topology
    units: Mapping[str, str] = field(default_factory=dict)
    person: Callable[[str], str] = str

    def scope(self, silence: Silence, language: Language) -> str:
        """Return what a silence means, in words."""
        return ", ".join(
            root_in_words(self.topology, one, language)
            if one in self.topology.targets
            else self.units.get(one, one)
            for one in silence.scope.named
        )


@dataclass(frozen=True, slots=True)
class Night:
    """What a morning's letter tells of: [begin, end), and how things stand at the end."""

    begin: datetime
    end: datetime
    incidents: Sequence[Incident]
    fates: Mapping[str, Fate]
    pauses: Mapping[str, Pause]
    silences: Sequence[Silence]


@dataclass(frozen=True, slots=True)
class Hidden:
    """A silence, and the incidents whose messages it held back."""

    silence: Silence
    incidents: Sequence[Incident]


def daily(night: Night, names: Names, language: Language, base_url: str) -> tuple[str, str]:
    """Return subject and text of the morning's letter."""
    open_ones = [one for one in night.incidents if one.state is IncidentState.OPEN]
    over = [one for one in night.incidents if one.state is not IncidentState.OPEN]
    parts = [
        _FROM_TO.said(language).format(moment(night.begin, language), moment(night.end, language))
    ]
    if not night.incidents:
        parts.append(_CALM.said(language))
    for title, some in ((_OPEN, open_ones), (_OVER, over)):
        if some:
            lines = [_line(one, night, names, language) for one in _worst_first(some)]
            parts.append(_listed(title, lines, language))
    quiet = [_silence(one, names, night.end, language) for one in night.silences]
    parts.append(_listed(_SILENCED, quiet, language))
    return _subject(_DAILY, night.end, language), _letter(parts, base_url, language)


def weekly(
    hidden: Sequence[Hidden], end: datetime, names: Names, language: Language, base_url: str
) -> tuple[str, str]:
    """Return subject and text of the week's letter on silences."""
    parts = []
    for one in hidden:
        head = _silence(one.silence, names, end, language)
        count = len(one.incidents)
        hid = (_HID.said(language).format(count) if count else _HID_NONE.said(language)) + "."
        lines = [
            f"  - {root_in_words(names.topology, incident.root, language)}, "
            f"{_lasted(incident, end, language)} ({incident.id})"
            for incident in one.incidents[:MOST]
        ]
        parts.append("\n".join([f"{head}: {hid}", *lines]))
    url = f"{base_url}/silences" if base_url else ""
    return _subject(_WEEKLY, end, language), _letter(parts, url, language)


def _worst_first(incidents: Sequence[Incident]) -> list[Incident]:
    return sorted(incidents, key=lambda one: (_ORDER.index(one.severity), one.began_at, one.id))


def _line(incident: Incident, night: Night, names: Names, language: Language) -> str:
    what = root_in_words(names.topology, incident.root, language)
    if incident.kind == THRESHOLD:
        what = f"{what} {beyond_in_words(incident.cause, names.topology, language)}"
    elif incident.kind == FLAPPING:
        what = f"{what} {flapping_in_words(language)}"
    elif incident.kind == EXTERNAL:
        what = f"{what} ({alert_name(incident)})"
    facts = [_lasted(incident, night.end, language)]
    if sites := sites_among(names.topology, [member.target for member in incident.members]):
        facts.append(_SITES.said(language).format(len(sites)))
    if incident.acked_by:
        facts.append(_TAKEN.said(language).format(names.person(incident.acked_by)))
    elif incident.state is IncidentState.OPEN:
        facts.append(_UNTAKEN.said(language))
    facts.append(_fate(incident, night, language))
    severity = severity_in_words(incident.severity, language)
    return f"[{severity}] {what}: {'; '.join(facts)} ({incident.id})"


def _lasted(incident: Incident, now: datetime, language: Language) -> str:
    began = moment(incident.began_at, language)
    if incident.recovered_at is None:
        return _SINCE.said(language).format(
            began, quantity.length(now - incident.began_at, language)
        )
    span = quantity.lasted(incident.began_at, incident.recovered_at, language)
    return _LASTED.said(language).format(began, span)


def _fate(incident: Incident, night: Night, language: Language) -> str:
    """Return whether anybody was told, and otherwise why not or when."""
    fate = night.fates.get(incident.id)
    if fate is None:
        return _NOBODY.said(language)
    if fate.sent:
        return _TOLD.said(language)
    if incident.id in night.pauses:
        until = moment(night.pauses[incident.id].until, language)
        return _PAUSED.said(language).format(until)
    if fate.waiting is not None:
        return _WILL.said(language).format(moment(fate.waiting.at, language))
    return _never(incident, fate, language)


def _never(incident: Incident, fate: Fate, language: Language) -> str:
    if fate.failed:
        return _FAILED.said(language)
    if fate.held_by:
        return _HELD.said(language).format(", ".join(fate.held_by))
    ended = incident.recovered_at is not None or incident.acked_by is not None
    return (_PASSED if ended else _UNREACHED).said(language)


def _silence(silence: Silence, names: Names, now: datetime, language: Language) -> str:
    until = silence.holds_until(now) or silence.ended_at or silence.until
    return (
        f"{silence.id} {names.scope(silence, language)}: {silence.reason} "
        f"({names.person(silence.owner)}), {_UNTIL.said(language).format(moment(until, language))}"
    )


def _listed(title: Text, lines: Sequence[str], language: Language) -> str:
    head = f"{title.said(language)}: {len(lines) or _NOTHING.said(language)}"
    rows = [f"- {line}" for line in lines[:MOST]]
    if len(lines) > MOST:
        rows.append(f"- {_MORE.said(language).format(len(lines) - MOST)}")
    return "\n".join([head, *rows])


def _letter(parts: Sequence[str], url: str, language: Language) -> str:
    return "\n\n".join([*parts, *([url] if url else []), _FAREWELL.said(language)]) + "\n"


def _subject(text: Text, at: datetime, language: Language) -> str:
    return text.said(language).format(moment(at, language).rpartition(" ")[2])
