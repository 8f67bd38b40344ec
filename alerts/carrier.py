"""What is a carrier told of a lost line? The facts it asks for, in the order it asks."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from alerts.severity import sites_among
from alerts.topology import Topology
from alerts.wording import beyond_in_words, cause_in_words, named, root_in_words
from core.clock import LOCAL
from core.errors import Invalid, Problem
from core.incident import THRESHOLD, Incident
from core.text import Language, Text, vietnamese_order
from core.watching import Target, TargetKind

_NAMED = 8  # sites
_LETTER = Text(
    vi="Kính gửi {carrier}, đề nghị kiểm tra và khắc phục:",
    en="To {carrier}: please look into this and mend it.",
)
_ASKS = Text(
    vi="Kính gửi {carrier}, đề nghị xem xét, nâng cấp hoặc khắc phục:",
    en="To {carrier}: please look into this, and upgrade or mend it.",
)
_SINCE = Text("Từ lúc", "Since")
_LINES = {
    "circuit": Text("Mã kênh", "Circuit"),
    "line": Text("Đường truyền", "Line"),
    "since": Text("Mất từ", "Lost since"),
    "back": Text("Có lại lúc", "Back at"),
    "seen": Text("Hiện tượng", "What we see"),
    "touched": Text("Điểm cầu bị ảnh hưởng", "Sites affected"),
    "code": Text("Mã theo dõi của chúng tôi", "Our reference"),
    "contact": Text("Liên hệ", "Contact"),
}
_NO_LINE = Text("sự cố này không ở đường truyền nào", "this incident is of no line")
_NAME_IT = Text("Nêu tên nhà mạng đã báo", "Name the carrier that was told")
_ENTER_IT = Text(
    "Ghi vào cột carrier của bảng links trong danh mục, hoặc nêu tên nhà mạng đã báo",
    "Enter it in the column carrier of the table links of the inventory, or name the carrier that "
    "was told",
)
_MORE = Text("và {0} điểm khác", "and {0} more")


@dataclass(frozen=True, slots=True)
class Caller:
    """Who can be rung back."""

    name: str
    phone: str | None = None
    email: str | None = None

    def said(self) -> str:
        """Return the name and every way to reach it."""
        return ", ".join(part for part in (self.name, self.phone, self.email) if part)


def carriers(incident: Incident, targets: Mapping[str, Target]) -> list[str]:
    """Return the carriers that an incident may be a matter of: the root's own first."""
    found = (one.carrier for one in _root_and_above(incident, targets))
    return list(dict.fromkeys(carrier for carrier in found if carrier))


def the_carrier(incident: Incident, targets: Mapping[str, Target]) -> str:
    """Return the carrier that an incident is a matter of; Invalid, with what to do, if unclear."""
    found = carriers(incident, targets)
    if len(found) == 1:
        return found[0]
    what, mend = _NO_LINE, _NAME_IT
    if found:
        listed = ", ".join(found)
        what = Text(f"sự cố có thể do nhiều nhà mạng: {listed}", f"carriers concerned: {listed}")
    elif (nobodys := unentered(incident, targets)) is not None:
        what, mend = nobodys, _ENTER_IT
    raise Invalid([Problem("ticket", what, mend, key="carrier")])


def unentered(incident: Incident, targets: Mapping[str, Target]) -> Text | None:
    """Return that nobody has entered whose the lines are that an incident is of; None if not so."""
    found = list(_root_and_above(incident, targets))
    lines = [one for one in found if one.kind is TargetKind.LINK]
    if not lines or any(one.carrier for one in found):
        return None
    vi = ", ".join(named(one, one.slug, "vi") for one in lines)
    en = ", ".join(named(one, one.slug, "en") for one in lines)
    return Text(f"danh mục chưa ghi nhà mạng của {vi}", f"the inventory names no carrier of {en}")


def _root_and_above(incident: Incident, targets: Mapping[str, Target]) -> Iterator[Target]:
    root = targets.get(incident.root)
    slugs = [incident.root, *(root.uplinks if root is not None else ())]
    return (targets[slug] for slug in slugs if slug in targets)


def report(
    incident: Incident, carrier: str, topology: Topology, caller: Caller, language: Language
) -> str:
    """Return the text to copy into a ticket, a mail or a chat."""
    lines = _facts(incident, carrier, topology, language)
    lines["contact"] = caller.said()
    works = incident.kind == THRESHOLD  # nothing is lost: it carries too much, or badly
    heads = _LINES | ({"since": _SINCE} if works else {})
    rows = [f"- {heads[key].said(language)}: {value}" for key, value in lines.items() if value]
    letter = (_ASKS if works else _LETTER).said(language)
    return "\n".join([letter.format(carrier=carrier), *rows])


def _facts(
    incident: Incident, carrier: str, topology: Topology, language: Language
) -> dict[str, str]:
    line = _line(incident, carrier, topology)
    sites = sorted(
        (named(topology.targets[slug], slug, language) for slug in _sites(incident, topology)),
        key=vietnamese_order,
    )
    touched = ", ".join(sites[:_NAMED])
    if len(sites) > _NAMED:
        touched += f" {_MORE.said(language).format(len(sites) - _NAMED)}"
    back = incident.recovered_at
    return {
        "circuit": (line.circuit or "") if line is not None else "",
        "line": root_in_words(topology, line.slug, language) if line is not None else "",
        "since": f"{incident.began_at.astimezone(LOCAL):%H:%M:%S %d/%m/%Y}",
        "back": f"{back.astimezone(LOCAL):%H:%M:%S %d/%m/%Y}" if back is not None else "",
        "seen": _seen(incident, topology, language),
        "touched": touched,
        "code": incident.id,
    }


def _seen(incident: Incident, topology: Topology, language: Language) -> str:
    cause = cause_in_words(incident, topology, language)
    if incident.kind != THRESHOLD:
        return cause
    return f"{beyond_in_words(incident.cause, topology, language)}: {cause}"


def _line(incident: Incident, carrier: str, topology: Topology) -> Target | None:
    """Return the carrier's line: the root, or one that the root hangs on."""
    root = topology.targets.get(incident.root)
    slugs = [incident.root, *(root.uplinks if root is not None else ())]
    lines = (topology.targets[slug] for slug in slugs if slug in topology.targets)
    return next((line for line in lines if line.carrier == carrier), None)


def _sites(incident: Incident, topology: Topology) -> tuple[str, ...]:
    return sites_among(topology, [member.target for member in incident.members])
