"""Which of the things that devices said are asked for, and in which words are they shown?"""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from api.listing import key_of
from api.snapshot import Picture
from core.incident import Incident
from core.remark import Remark, Via
from core.text import Text, fold
from core.watching import Target, TargetKind
from storage.remarks import Wanted

BEFORE, AFTER = timedelta(minutes=10), timedelta(minutes=5)  # of an incident
_DIGITS = 18  # of a number that fits 64 bits
MOST_MEMBERS = 2000  # of an incident whose words are looked for
VIA = {
    Via.TRAP_V1: Text("trap SNMP v1", "SNMP v1 trap"),
    Via.TRAP_V2C: Text("trap SNMP v2c", "SNMP v2c trap"),
    Via.TRAP_V3: Text("trap SNMP v3", "SNMP v3 trap"),
    Via.INFORM_V2C: Text("inform SNMP v2c", "SNMP v2c inform"),
    Via.INFORM_V3: Text("inform SNMP v3", "SNMP v3 inform"),
    Via.SYSLOG_UDP: Text("syslog UDP", "syslog by UDP"),
    Via.SYSLOG_TCP: Text("syslog TCP", "syslog by TCP"),
    Via.SYSLOG_TLS: Text("syslog TLS", "syslog by TLS"),
}
SEVERITY = (
    Text("khẩn cấp", "emergency"),
    Text("báo động", "alert"),
    Text("nguy kịch", "critical"),
    Text("lỗi", "error"),
    Text("cảnh báo", "warning"),
    Text("đáng chú ý", "notice"),
    Text("thông tin", "informational"),
    Text("gỡ rối", "debug"),
)
LOOK = ("down", "down", "down", "down", "degraded", "", "", "")  # of a severity: icon and colour
UNKEPT = Text("lời nữa không được ghi vì quá nhiều", "more were not kept: too many at once")


def wanted(
    picture: Picture,
    *,
    unit: str = "",
    target: str = "",
    words: str = "",
    severity: int | None = None,
    begin: datetime | None = None,
    end: datetime | None = None,
) -> Wanted:
    """Return what is looked for: of a unit, of a target, with all these words."""
    devices: set[str] | None = None
    sites: set[str] | None = None
    if target:
        devices, sites = _around(picture, target)
    if unit:
        within = [one for one in picture.estate.targets if unit in one.unit_path]
        of_unit = {one.slug for one in within if one.site is None}
        sites_of_unit = {one.site for one in within if one.site is not None}
        if devices is None:
            devices, sites = of_unit, sites_of_unit
        else:
            devices = {one for one in devices if _is_within(picture, one, unit)}
            sites = (sites or set()) & sites_of_unit
    return Wanted(
        devices=devices,
        sites=sites,
        words=tuple((word, _named(picture, word)) for word in fold(words).split()),
        severity=severity,
        begin=begin,
        end=end,
    )


def during(picture: Picture, incident: Incident, now: datetime) -> Wanted:
    """Return what was said around an incident, by what it touches."""
    found: set[str] = set()
    sites: set[str] = set()
    for member in incident.members[:MOST_MEMBERS]:
        devices, places = _around(picture, member.target)
        found |= devices
        sites |= places
    end = (incident.recovered_at or now) + AFTER
    return Wanted(devices=found, sites=sites, begin=incident.began_at - BEFORE, end=end)


def _around(picture: Picture, slug: str) -> tuple[set[str], set[str]]:
    """Return whose words are a target's: a site's devices, a line's ends, a room's endpoint."""
    target = picture.targets.get(slug)
    if target is None:
        return {slug}, {slug}  # it may be gone, what it said is not
    if target.kind is TargetKind.SITE:
        return set(target.members), {slug}
    if target.kind is TargetKind.LINK:
        return {*target.members, *target.uplinks}, set()
    return {slug, *_devices(picture, target.members)}, set()


def _devices(picture: Picture, slugs: Iterable[str]) -> Iterable[str]:
    return (s for s in slugs if _kind(picture.targets.get(s)) is TargetKind.DEVICE)


def _kind(target: Target | None) -> TargetKind | None:
    return target.kind if target is not None else None


def _is_within(picture: Picture, slug: str, unit: str) -> bool:
    target = picture.targets.get(slug)
    return target is not None and unit in target.unit_path


def _named(picture: Picture, word: str) -> Sequence[str]:
    """Return the targets whose name, address or place holds a word."""
    return [slug for slug, text in picture.haystacks.items() if word in text]


def counted(remark: Remark) -> str:
    """Return how often it was said, empty for once."""
    return f"×{remark.count}" if remark.count > 1 else ""


def before_of(cursor: str | None) -> int | None:
    """Return the number that a cursor goes on before; one of another list begins anew."""
    key = key_of(cursor) if cursor is not None else ""
    return int(key) if key.isdecimal() and len(key) <= _DIGITS else None
