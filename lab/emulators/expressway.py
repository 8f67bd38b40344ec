"""A pretend Cisco Expressway or VCS: its status tree over HTTPS.

Written from the element names that a public monitoring plugin reads (`ResourceUsage`, `Zones`,
`Warnings`); `SystemUnit` follows the codecs' tree and is guessed.
"""

from dataclasses import dataclass, field
from typing import ClassVar
from xml.etree.ElementTree import Element, SubElement, tostring

from lab.emulators.answering import UNAUTHORISED, About, Ask, Reply, Stage, shown_login

_SPACE = "http://www.tandberg.no/XML/CUIL/1.0"
_ABOUT = About(
    family="expressway",
    source="elements that a public plugin reads by getxml; Cisco's administrator guide X8",
    guessed={
        "SystemUnit": "Product, Uptime, Software/Version, Hardware/SerialNumber as on codecs",
        "ResourceUsage/Registrations": "Current and Max, as Calls/Traversal has them",
        "an unknown location": "an empty Status element",
    },
)


@dataclass(slots=True)
class Expressway:
    """One server. Calls beyond the first half go through the traversal zone."""

    about: ClassVar[About] = _ABOUT
    stage: Stage
    zones: dict[str, str] = field(
        default_factory=lambda: {"DefaultZone": "Active", "Traversal tỉnh": "Active"}
    )
    warnings: list[tuple[str, str]] = field(default_factory=list)  # (state, reason)
    registered: int = 12

    def answer(self, ask: Ask) -> Reply:
        """Answer one request."""
        if shown_login(ask) != (self.stage.user, self.stage.password):
            return UNAUTHORISED
        if ask.method != "GET" or ask.path != "/getxml":
            return Reply(404)
        root = Element("Status", {"xmlns": _SPACE, "product": "Expressway", "version": "X14.3.1"})
        parts = {
            "SystemUnit": self._unit,
            "ResourceUsage": self._usage,
            "Zones": self._zones,
            "Warnings": self._warnings,
        }
        wanted = ask.query.get("location", "").strip("/").split("/")
        make = parts.get(wanted[1]) if len(wanted) > 1 and wanted[0] == "Status" else None
        if make is not None:
            make(SubElement(root, wanted[1], {"item": "1"}))
        return Reply(200, tostring(root, encoding="utf-8"), "text/xml")

    def _unit(self, unit: Element) -> None:
        for path, value in (
            ("Product", "Cisco Expressway"),
            ("Uptime", "804216"),
            ("Software/Version", "X14.3.1"),
            ("Hardware/SerialNumber", "0C5B1F3A"),
        ):
            _put(unit, path, value)

    def _usage(self, usage: Element) -> None:
        self.stage.calls.settle()
        count = len(self.stage.calls.legs)
        for kind, now, most in (
            ("Traversal", count - count // 2, 100),
            ("NonTraversal", count // 2, 500),
            ("Cloud", 0, 0),
        ):
            _put(usage, f"Calls/{kind}/Current", str(now))
            _put(usage, f"Calls/{kind}/Max", str(most))
            _put(usage, f"Calls/{kind}/Total", str(now + len(self.stage.calls.ended)))
        _put(usage, "Registrations/Current", str(self.registered))
        _put(usage, "Registrations/Max", "2500")

    def _zones(self, zones: Element) -> None:
        _put(zones, "Searches/Total", "81")
        for number, (name, status) in enumerate(self.zones.items(), 1):
            zone = SubElement(zones, "Zone", {"item": str(number)})
            for path, value in (("Name", name), ("Type", "TraversalClient"), ("Status", status)):
                _put(zone, path, value)

    def _warnings(self, warnings: Element) -> None:
        for number, (state, reason) in enumerate(self.warnings, 1):
            warning = SubElement(warnings, "Warning", {"item": str(number)})
            for path, value in (("ID", str(number)), ("State", state), ("Reason", reason)):
                _put(warning, path, value)


def _put(into: Element, path: str, value: str) -> None:
    """Set the text at a path, making what is missing on the way."""
    *way, last = path.split("/")
    for word in way:
        found = into.find(word)
        into = found if found is not None else SubElement(into, word)
    SubElement(into, last).text = value
