"""How is a trouble said to a person? Templates in two languages, filled when we speak."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache

from jinja2 import PackageLoader, StrictUndefined
from jinja2.sandbox import ImmutableSandboxedEnvironment

from alerts import quantities
from alerts.answering import written
from alerts.endangered import Hit, hit
from alerts.severity import of_kind, sites_among
from alerts.topology import Topology
from core import quantity
from core.clock import LOCAL
from core.incident import (
    ASKING,
    EXTERNAL,
    FLAPPING,
    THRESHOLD,
    Incident,
    Message,
    Purpose,
    Severity,
    Short,
)
from core.text import Language, Text, ascii_only, vietnamese_order
from core.watching import Target, TargetKind

SMS_LENGTH = 160  # characters of one GSM-7 message
_CUT = "..."  # where something of it was left out
_A_NAME = 4  # characters of a name that still say what kind of thing it is: kenh
_NAMED = 5  # sites named before "and others"
_FEW = ("what", "since", "until", "lasted", "severity", "code", "url", "at", "answer")
# What ASCII lacks, and what costs two of the 160 septets (3GPP TS 23.038 §6.2.1.1).
_PLAINER = str.maketrans(
    {
        **dict.fromkeys("[{", "("),
        **dict.fromkeys("]}", ")"),
        **dict.fromkeys("–—‑−~•·", "-"),
        **dict.fromkeys("“”„", '"'),
        **dict.fromkeys("‘’`^", "'"),
        **dict.fromkeys("\\|", "/"),
        "×": "x",
        "…": "...",
        "€": "EUR",
    }
)

_SEVERITIES = {
    Severity.CRITICAL: Text(vi="khẩn cấp", en="critical"),
    Severity.MAJOR: Text(vi="nghiêm trọng", en="major"),
    Severity.WARNING: Text(vi="cảnh báo", en="warning"),
    Severity.INFO: Text(vi="thông tin", en="info"),
}
_LINK_CAUSES = {
    "port_admin_down": Text(
        vi="cổng phía {near} đang bị tắt (tắt bằng lệnh)",
        en="the port at {near} is shut down by configuration",
    ),
    "port_down": Text(
        vi="cổng phía {near} mất tín hiệu: đứt kênh, hoặc thiết bị đầu xa mất điện",
        en="the port at {near} has lost its signal: the line is cut, or the far device has no "
        "power",
    ),
    "port_up_silent": Text(
        vi="cổng phía {near} vẫn báo hoạt động nhưng đầu xa im lặng",
        en="the port at {near} is still up, but the far side is silent",
    ),
    "silence": Text(
        vi="phía {near} vẫn hoạt động, đầu xa của kênh không phản hồi",
        en="{near} works, the far side of the line does not answer",
    ),
}
_DEVICE_CAUSES = {
    "refused": Text(
        vi="máy còn trả lời nhưng dịch vụ từ chối kết nối",
        en="the host answers, but its service refuses connections",
    ),
    "silence": Text(
        vi="thiết bị không phản hồi, phần phía trên nó vẫn hoạt động",
        en="the device does not answer, what stands above it works",
    ),
    "wrong_answer": Text(
        vi="thiết bị trả lời nhưng câu trả lời sai",
        en="the device answers, but its answer is wrong",
    ),
    "beside": Text(
        vi="thiết bị không phản hồi; nó đứng ngay cạnh máy giám sát, cần kiểm tra cả kết nối của "
        "máy giám sát",
        en="the device does not answer; it stands beside the monitoring host, whose own "
        "connection is worth a look",
    ),
}
_MAINS = {
    "group": Text(
        vi="{lost} trong {all} điểm cùng lộ mất một lúc, nghi mất điện lưới",
        en="{lost} of {all} sites of the feeder fell at once: a power cut, most likely",
    ),
    "site": Text(
        vi="mọi thiết bị dùng điện lưới ở đây im lặng cùng lúc, chỉ thiết bị cổng còn trả lời: "
        "nghi mất điện",
        en="all that needs the mains here fell silent at once while the gateway still answers: a "
        "power cut, most likely",
    ),
    "device": Text(
        vi="cả điểm im lặng trong khi hộp của nhà mạng vẫn trả lời, nghi mất điện",
        en="the whole site is silent while the carrier's box still answers: a power cut, most "
        "likely",
    ),
}
_SHARED_CAUSE = Text(
    vi="{lost} trong {all} đường truyền mất cùng lúc, hỏng ở phần chung của nhà mạng",
    en="{lost} of {all} lines fell at once: the fault lies in what they share at the carrier",
)
_SERVICE_CAUSES = {
    "refused": Text(
        vi="máy chủ còn trả lời nhưng dịch vụ từ chối kết nối",
        en="the server answers, but the service refuses connections",
    ),
    "wrong_answer": Text(
        vi="dịch vụ có trả lời nhưng trả lời sai ({detail})",
        en="the service answers, but wrongly ({detail})",
    ),
    "silence": Text(
        vi="dịch vụ không phản hồi, máy chủ và đường tới đó vẫn hoạt động",
        en="the service does not answer, its server and the way to it work",
    ),
    "outside": Text(
        vi="dịch vụ ở ngoài không phản hồi, mạng của ta vẫn hoạt động",
        en="the service outside does not answer, our own network works",
    ),
}
_EXTENT = Text(
    vi="còn {lost}/{all} điểm cầu mất kết nối{why}", en="{lost} of {all} sites are down{why}"
)
_MEETING = Text(vi="họp {at} có {count} điểm cầu", en="the {at} meeting has {count} rooms here")
_ITS_PATH = Text(vi="trên đường đi của cuộc họp {at}", en="on the path of the {at} meeting")
_BY_MAINS = Text(vi=", nghi do mất điện", en=", most likely for want of power")
_FAILS = Text(vi="mất kết nối", en="down")
_FAILS_AS_SERVICE = Text(vi="ngừng phục vụ", en="out of service")
_BACK = Text(vi="có kết nối trở lại", en="back")
_BACK_AS_SERVICE = Text(vi="phục vụ trở lại", en="back")
_FLAPS = Text(vi="chập chờn", en="flapping")
_STABLE = Text(vi="ổn định trở lại", en="stable again")
_FLAPPED = Text(
    vi="mất kết nối rồi có lại {detail} lần liên tiếp, chỉ báo một lần cho đến khi ổn định",
    en="down and back {detail} times in a row, told only once until it is stable",
)
_LASTS = Text(vi="gián đoạn", en="for")
_WATCHED = Text(vi="được theo dõi", en="watched")
_UNSEEN = Text(vi="kết nối trở lại", en="back")
_BEYOND = {
    "above": Text(vi="vượt ngưỡng “{name}”", en="beyond its threshold “{name}”"),
    "below": Text(vi="xuống dưới ngưỡng “{name}”", en="below its threshold “{name}”"),
}
_CAPACITY = {
    "above": Text(vi="vượt {bound} băng thông", en="above {bound} of its capacity"),
    "below": Text(vi="xuống dưới {bound} băng thông", en="below {bound} of its capacity"),
}
_BACK_WITHIN = Text(vi="trở lại trong ngưỡng", en="back within its threshold")
_LASTS_BEYOND = Text(vi="kéo dài", en="for")
_WATCHED_BY_RULE = Text(vi="được xét theo ngưỡng này", en="held against this threshold")
_UNSEEN_WITHIN = Text(vi="giá trị trở lại trong ngưỡng", en="back within it")
_ALERTED = Text(vi="có cảnh báo {name}", en="reported by an alert, {name}")
_ALERT_OVER = Text(vi="hết cảnh báo", en="no longer reported")
_LASTS_ALERTED = Text(vi="kéo dài", en="for")
_WATCHED_BY_OTHERS = Text(vi="được hệ thống khác báo", en="spoken of by the other system")
_UNSEEN_ALERT = Text(vi="cảnh báo kết thúc", en="the alert ended")
_SAID_BY_OTHERS = Text(vi="hệ thống khác báo: {detail}", en="another system says: {detail}")
_MEASURED = Text(vi="đo được {detail}", en="measured {detail}")
_BY_DETAIL = {THRESHOLD: _MEASURED, FLAPPING: _FLAPPED, EXTERNAL: _SAID_BY_OTHERS}
_SHARED_WAY = Text(
    vi="; {n} đối tượng cùng đi qua đây cũng vậy, là lỗi của phần chung",
    en="; so do {n} others whose way leads over it: the fault is in what they share",
)


@dataclass(frozen=True, slots=True)
class _Verbs:
    """How it is said that something fails, and that it no longer does."""

    fails: str
    back: str
    lasts: str
    watched: str
    unseen: str


@dataclass(frozen=True, slots=True)
class Telling:
    """What one message is about, and where its reader can answer."""

    purpose: Purpose
    incident: Incident | None  # None: a test
    now: datetime
    base_url: str = ""
    ack_url: str | None = None
    merged: Sequence[str] = ()  # codes of incidents that this one speaks for
    retired: bool = False  # it ended because nothing looks at its root any more
    taken_by: str | None = None  # the full name of who acknowledged it
    code: str = ""  # with which it is answered
    reply_to: str = ""  # the number to answer to; "": where the message comes from
    why: Text | None = None  # why this person is told


def render(
    telling: Telling, topology: Topology, language: Language, *, message_id: str, to: str
) -> Message:
    """Return the message: subject, text, HTML, and the same facts for machines."""
    words = _words(telling, topology, language)
    name = telling.purpose.value
    subject = _filled(f"{language}/{name}.subject.j2", words)
    short = _short(telling, language, words)
    return Message(
        id=message_id,
        to=to,
        subject=" ".join(subject.split()),
        body=_filled(f"{language}/{name}.txt.j2", words),
        html=_filled(f"{language}/{name}.html.j2", words),
        data={
            **_facts(telling, topology),
            "sms": short.sms,
            "url": words["url"],
        },
        short=short,
    )


def _short(telling: Telling, language: Language, words: dict[str, object]) -> Short:
    """Return the few words: a fixed text and its parts, as brand-name gateways register them.

    A reminder is the problem's text again: there are four texts to register, not five.
    """
    name = telling.purpose.value
    registered_as = "problem" if telling.purpose is Purpose.REMINDER else name
    flat = {key: _on_one_line(word) for key, word in words.items()}
    lines = _filled(f"{language}/{name}.parts.j2", flat).splitlines()
    parts = tuple(_lean(line) for line in lines)
    kept = tuple(_kept(telling.purpose, words, parts[0])) if telling.incident else ()
    parts = shortened(registered_as, language, parts, kept, retired=telling.retired)
    return Short(
        sms=registered(registered_as, language, parts, retired=telling.retired),
        minimal=_filled(f"{language}/{name}.minimal.j2", words).strip(),
        template="retired" if telling.retired else registered_as,
        parts=parts,
        code=telling.code,
        words={key: str(words[key]) for key in _FEW if words.get(key)}
        | {"count": str(words.get("count", 0))},
    )


def registered(
    template: str, language: Language, parts: Sequence[str], *, retired: bool = False
) -> str:
    """Return one of the fixed SMS texts, filled: problem, recovery (or retired), test."""
    words: dict[str, object] = {"parts": tuple(parts), "retired": retired}
    return sms(_filled(f"{language}/{template}.sms.j2", words))


def shortened(
    template: str,
    language: Language,
    parts: Sequence[str],
    kept: Sequence[str] = (),
    *,
    retired: bool = False,
) -> tuple[str, ...]:
    """Return the parts of a fixed text, the first cut so that the whole is one SMS.

    `kept`: how the first part ends, at best and at least: what happened. Its name is cut rather
    than that.
    """
    first, *others = parts
    words: dict[str, object] = {"parts": tuple(parts), "retired": retired}
    excess = len(_lean(_filled(f"{language}/{template}.sms.j2", words))) - SMS_LENGTH
    if excess <= 0:
        return tuple(parts)
    for end in (*kept, ""):
        room = len(first) - len(end) - excess - len(_CUT)
        if room >= _A_NAME or not end:
            break
    return (f"{first[:room].rstrip(' ,(-')}{_CUT}{end}", *others)


def _kept(purpose: Purpose, words: Mapping[str, object], first: str) -> Iterator[str]:
    """Yield how the first part ends: its circuit, if it has one, and what happened."""
    for word in (f"({words['circuit']})", words["fails" if purpose in ASKING else "back"]):
        before, _, _ = first.rpartition(f" {_lean(str(word))}")
        if before:
            yield first[len(before) :]


def _on_one_line(word: object) -> object:
    return " ".join(word.split()) if isinstance(word, str) else word


def _lean(text: str) -> str:
    return " ".join(plain(text).split())


def plain(text: str) -> str:
    """Return a text on one line, in characters that cost an SMS one septet each."""
    plainer = ascii_only(text.translate(_PLAINER))
    return "".join(c if c.isprintable() else " " for c in plainer)


def sms(text: str) -> str:
    """Return a text as one SMS: ASCII, at most 160 characters, cut before the incident's code."""
    line = _lean(text)
    if len(line) <= SMS_LENGTH:
        return line
    head, code, number = line.rpartition(" SC-")
    if not head:
        return line[: SMS_LENGTH - 3] + "..."
    text, _, label = head.rpartition(" ")
    tail = f"... {label}{code}{number}"
    return text[: SMS_LENGTH - len(tail)] + tail


def severity_in_words(severity: Severity, language: Language) -> str:
    """Return how bad it is: khẩn cấp, nghiêm trọng …"""
    return _SEVERITIES[severity].said(language)


def cause_in_words(incident: Incident, topology: Topology, language: Language) -> str:
    """Return what is seen of an incident, as its message says it."""
    return _cause(incident, topology, language)


def moment(at: datetime, language: Language) -> str:
    """Return an instant as people here write it: 02:13 ngày 22/11/2026."""
    local = at.astimezone(LOCAL)
    return f"{local:%H:%M} {'ngày' if language == 'vi' else 'on'} {local:%d/%m/%Y}"


def moment_exact(at: datetime, language: Language) -> str:
    """Return an instant to the second, beside the end or the length of something."""
    local = at.astimezone(LOCAL)
    return f"{local:%H:%M:%S} {'ngày' if language == 'vi' else 'on'} {local:%d/%m/%Y}"


def moment_in_brief(at: datetime) -> str:
    """Return an instant for an SMS: 02:13 22/11."""
    return f"{at.astimezone(LOCAL):%H:%M %d/%m}"


def named(target: Target | None, slug: str, language: Language) -> str:
    """Return a target's name in the reader's language."""
    if target is None:
        return slug
    return (target.name_en or target.name) if language == "en" else target.name


def root_in_words(topology: Topology, slug: str, language: Language) -> str:
    """Return the root as a person would say it: a line with its circuit, a device with its site."""
    target = topology.targets.get(slug)
    name = named(target, slug, language)
    if target is None:
        return name
    if topology.is_link(slug):
        return _line_in_words(target, name, language)
    site = topology.site_of(slug)
    where = named(site, "", language) if site is not None else ""
    if where and where.casefold() not in name.casefold():
        return f"{name} ({where})"
    return name


def _line_in_words(target: Target, name: str, language: Language) -> str:
    kind = "Kênh" if language == "vi" else "Line"
    if language == "en" and name.startswith("Kênh "):
        name = name.removeprefix("Kênh ")
    words = name if name.casefold().startswith(kind.casefold()) else f"{kind} {name}"
    if target.carrier and target.carrier.casefold() not in words.casefold():
        words = f"{words}, {target.carrier}"
    return f"{words} ({target.circuit})" if target.circuit else words


def _words(telling: Telling, topology: Topology, language: Language) -> dict[str, object]:
    incident, base = telling.incident, telling.base_url.rstrip("/")
    if incident is None:
        return {"at": moment(telling.now, language), "url": base or None}
    slugs = incident.present if telling.purpose in ASKING else _all(incident)
    lost = {
        kind: sorted(
            (
                named(topology.targets[s], s, language)
                for s in of_kind(topology, slugs, kind)
                if s != incident.root or kind is TargetKind.SITE
            ),
            key=vietnamese_order,
        )
        for kind in (TargetKind.SITE, TargetKind.ROOM, TargetKind.SERVICE)
    }
    sites, rooms, services = lost.values()
    serves = incident.root in of_kind(topology, (incident.root,), TargetKind.SERVICE)
    verbs = _verbs(incident, topology, language, serves=serves)
    root = topology.targets.get(incident.root)
    ended = incident.recovered_at or telling.now
    asking = telling.purpose in ASKING
    touched = hit(incident, topology, telling.now) if asking else None
    return {
        "what": root_in_words(topology, incident.root, language),
        "since": (moment if asking else moment_exact)(incident.began_at, language),
        "until": moment_exact(ended, language),
        "since_brief": moment_in_brief(incident.began_at),
        "until_brief": moment_in_brief(ended),
        "lasted": quantity.lasted(incident.began_at, ended, language),
        "count": len(sites),
        "sites": sites[:_NAMED],
        "more": max(0, len(sites) - _NAMED),
        "rooms": [] if sites else rooms[:_NAMED],  # a lost site says that its rooms are
        "services": services[:_NAMED],
        "more_services": max(0, len(services) - _NAMED),
        "serves": serves,
        "fails": verbs.fails,
        "back": verbs.back,
        "lasts": verbs.lasts,
        "watched": verbs.watched,
        "unseen": verbs.unseen,
        "extent": _extent(incident, slugs, topology, language),
        "cause": _cause(incident, topology, language),
        "severity": _SEVERITIES[incident.severity].said(language),
        "carrier": root.carrier if root is not None else None,
        "circuit": root.circuit if root is not None else None,
        "code": incident.id,
        "merged": list(telling.merged),
        "retired": telling.retired,
        "url": f"{base}/incidents/{incident.id}" if base else None,
        "ack_url": telling.ack_url,
        "answer": written(telling.code) if telling.code else "",
        "answer_to": telling.reply_to,
        "acked_by": telling.taken_by or incident.acked_by,
        "why": telling.why.said(language) if telling.why is not None else None,
        "meeting": _meeting(touched, language) if touched is not None else None,
        "meeting_title": touched.booking.title if touched is not None else None,
    }


def _meeting(touched: Hit, language: Language) -> str:
    """Return in few words which meeting is in danger: "họp 08:00 có 3 điểm cầu"."""
    at = f"{touched.booking.begin.astimezone(LOCAL):%H:%M}"
    words = _MEETING if touched.rooms else _ITS_PATH
    return words.said(language).format(at=at, count=len(touched.rooms))


def _extent(
    incident: Incident, slugs: Sequence[str], topology: Topology, language: Language
) -> str | None:
    """Return a mass failure in the words of official reports; None for any other trouble.

    "còn 62/301 điểm cầu mất kết nối, nghi do mất điện (Gia Lai 16/135, …)": by the hubs that
    they hang on, the worst first.
    """
    lost = sites_among(topology, slugs)
    if not topology.is_group(incident.root) or not lost:
        return None
    why = _BY_MAINS.said(language) if incident.cause == "mains_suspected" else ""
    said = _EXTENT.said(language).format(lost=len(lost), all=len(topology.sites), why=why)
    gone = Counter(topology.hub_of[site] for site in lost if site in topology.hub_of)
    if len(gone) < 2:  # noqa: PLR2004  (one hub: its name stands in the message already)
        return said
    there = Counter(topology.hub_of.values())
    worst = sorted(gone, key=lambda hub: (-gone[hub], hub))[:_NAMED]
    shares = (
        f"{named(topology.targets[hub], hub, language)} {gone[hub]}/{there[hub]}" for hub in worst
    )
    return f"{said} ({', '.join(shares)}{', …' if len(gone) > _NAMED else ''})"


def _verbs(incident: Incident, topology: Topology, language: Language, *, serves: bool) -> _Verbs:
    if incident.kind == FLAPPING:
        return _Verbs(
            _FLAPS.said(language),
            _STABLE.said(language),
            _LASTS_BEYOND.said(language),
            _WATCHED.said(language),
            _STABLE.said(language),
        )
    if incident.kind == EXTERNAL:
        return _Verbs(
            _ALERTED.said(language).replace("{name}", alert_name(incident)),
            _ALERT_OVER.said(language),
            _LASTS_ALERTED.said(language),
            _WATCHED_BY_OTHERS.said(language),
            _UNSEEN_ALERT.said(language),
        )
    if incident.kind != THRESHOLD:
        return _Verbs(
            (_FAILS_AS_SERVICE if serves else _FAILS).said(language),
            (_BACK_AS_SERVICE if serves else _BACK).said(language),
            _LASTS.said(language),
            _WATCHED.said(language),
            _UNSEEN.said(language),
        )
    return _Verbs(
        beyond_in_words(incident.cause, topology, language),
        _BACK_WITHIN.said(language),
        _LASTS_BEYOND.said(language),
        _WATCHED_BY_RULE.said(language),
        _UNSEEN_WITHIN.said(language),
    )


def flapping_in_words(language: Language) -> str:
    """Return what is said of something that fails and comes back again and again."""
    return _FLAPS.said(language)


def alert_name(incident: Incident) -> str:
    """Return what the rule of somebody else's alert is called."""
    return incident.detail.partition(":")[0].partition(" (")[0]


def beyond_in_words(slug: str, topology: Topology, language: Language) -> str:
    """Return what a rule says of its target: "vượt 90 % băng thông"."""
    rule = topology.rules.get(slug)
    if rule is None:
        return _BEYOND["above"].said(language).replace("{name}", slug)
    if rule.value == "of_capacity":
        bound = quantities.written(rule, rule.threshold, language)
        return _CAPACITY[rule.comparison].said(language).replace("{bound}", bound)
    name = (rule.name_en or rule.name) if language == "en" else rule.name
    return _BEYOND[rule.comparison].said(language).replace("{name}", name)


def _all(incident: Incident) -> tuple[str, ...]:
    return tuple(m.target for m in incident.members)


def _cause(incident: Incident, topology: Topology, language: Language) -> str:
    root = incident.root
    if incident.kind in _BY_DETAIL:
        said = _BY_DETAIL[incident.kind].said(language).replace("{detail}", incident.detail)
        return said + _shared_way(incident, language)
    if topology.is_group(root):
        words = _MAINS["group"] if incident.cause == "mains_suspected" else _SHARED_CAUSE
        shares = topology.targets[root].members
        gone = {m.target for m in incident.members}
        # a line behind another that is lost fell with that one, and says nothing of the carrier
        behind = {m for m in shares if topology.is_link(m) and topology.near(m) in gone}
        fell = [m for m in shares if m in gone and m not in behind]
        return (
            words.said(language)
            .replace("{lost}", str(len(fell)))
            .replace("{all}", str(len(shares)))
        )
    if incident.cause == "mains_suspected" and root in topology.targets:
        kind = "site" if topology.targets[root].kind is TargetKind.SITE else "device"
        return _MAINS[kind].said(language)
    if root in topology.targets and topology.is_link(root):
        near = topology.near(root)
        words = _LINK_CAUSES.get(incident.cause, _LINK_CAUSES["silence"])
        name = named(topology.targets[near], near, language) if near is not None else "?"
        return words.said(language).replace("{near}", name)
    if root in of_kind(topology, (root,), TargetKind.SERVICE):
        return _service_cause(incident, topology, language)
    beside = incident.cause == "silence" and root in topology.starts
    cause = "beside" if beside else incident.cause
    return _DEVICE_CAUSES.get(cause, _DEVICE_CAUSES["silence"]).said(language)


def _shared_way(incident: Incident, language: Language) -> str:
    """Return how many others are beyond the threshold because their way leads over the root."""
    others = len(incident.present or incident.members) - 1
    if incident.kind != THRESHOLD or others < 1:
        return ""
    return _SHARED_WAY.said(language).replace("{n}", str(others))


def _service_cause(incident: Incident, topology: Topology, language: Language) -> str:
    outside = incident.cause == "silence" and not topology.uplinks[incident.root]
    words = _SERVICE_CAUSES.get(
        "outside" if outside else incident.cause, _SERVICE_CAUSES["silence"]
    )
    _, _, answer = incident.detail.partition(": ")
    return words.said(language).replace("{detail}", answer or incident.detail)


def _facts(telling: Telling, topology: Topology) -> dict[str, object]:
    incident = telling.incident
    if incident is None:
        return {"purpose": telling.purpose.value}
    root = topology.targets.get(incident.root)
    return {
        "purpose": telling.purpose.value,
        "incident": incident.id,
        "root": incident.root,
        "kind": incident.kind,
        "root_kind": root.kind.value if root is not None else None,
        "severity": incident.severity.value,
        "cause": incident.cause,
        "began_at": incident.began_at.isoformat(),
        "recovered_at": incident.recovered_at.isoformat() if incident.recovered_at else None,
        "members": list(incident.present if telling.purpose in ASKING else _all(incident)),
        "carrier": root.carrier if root is not None else None,
        "circuit": root.circuit if root is not None else None,
        "merged": list(telling.merged),
        "retired": telling.retired,
    }


def _filled(template: str, words: dict[str, object]) -> str:
    return _environment().get_template(template).render(words).strip() + "\n"


@cache
def _environment() -> ImmutableSandboxedEnvironment:
    return ImmutableSandboxedEnvironment(
        loader=PackageLoader("alerts", "templates"),
        autoescape=lambda name: name is not None and ".html" in name,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
