"""What a pretend router prints of its configuration, and how that changes while one watches.

A colleague adds a route minutes after the start, so that a change and its author can be seen; on
one router it is saved only later, so that what is not saved can be seen too.
"""

from collections.abc import Callable

from core.clock import LOCAL, Clock
from core.inventory import Device
from core.text import ascii_only
from lab.emulators.answering import PASSWORD, USER
from lab.emulators.command_line import IOS, VRP, CommandLine
from lab.fabric import Fabric

EDITED_AFTER, SAVED_AFTER = 150.0, 1200.0  # seconds from the start
FORGETFUL = "core-2"  # where it is saved late
_BY = "nguyen.hanh"
_SYNTAX = {"Cisco": IOS, "Huawei": VRP}


def command_line(device: Device, fabric: Fabric, clock: Clock) -> CommandLine | None:
    """Return the command line of a device, None of a make of which none is known."""
    dialect = _SYNTAX.get(device.vendor or "")
    if dialect is None:
        return None
    begun = clock.monotonic()
    when = f"{clock.now().astimezone(LOCAL):%H:%M:%S ICT %a %b %d %Y}"

    def text(*, saved: bool) -> Callable[[], str]:
        write = _ios if dialect is IOS else _vrp
        late = saved and device.slug == FORGETFUL
        after = SAVED_AFTER if late else EDITED_AFTER

        def printed() -> str:
            edited = clock.monotonic() - begun >= after
            return write(device, fabric, when, edited=edited, saved=saved)

        return printed

    words = (
        ("show running-config", "show startup-config")
        if dialect is IOS
        else ("display current-configuration", "display saved-configuration")
    )
    answers = {words[0]: text(saved=False), words[1]: text(saved=True)}
    return CommandLine(dialect, device.slug, USER, PASSWORD, answers=dict(answers))


def _ios(device: Device, fabric: Fabric, at: str, *, edited: bool, saved: bool) -> str:
    head = "Using 4211 out of 262136 bytes" if saved else "Building configuration...\n"
    if not saved:
        head += "\nCurrent configuration : 4211 bytes"
    ports = "".join(
        f"interface {port}\n description {alias}\n ip address {device.address} 255.255.255.255\n!\n"
        for port, alias in _ports(device, fabric)
    )
    route = "ip route 10.0.0.0 255.0.0.0 10.75.255.1 name du-phong\n!\n" if edited else ""
    return (
        f"{head}\n!\n! Last configuration change at {at} by {_BY}\n!\n"
        f"version 15.7\nservice timestamps log datetime msec\n!\nhostname {device.slug}\n!\n"
        "username sao-luu privilege 15 password 7 095C4F1A0A1218000F\n!\n"
        f"{ports}{route}snmp-server community public RO\n!\nntp server 10.75.0.1\nend\n"
    )


def _vrp(device: Device, fabric: Fabric, at: str, *, edited: bool, saved: bool) -> str:
    del saved  # VRP prints both alike
    ports = "".join(
        f"interface {port}\n description {alias}\n#\n" for port, alias in _ports(device, fabric)
    )
    route = "ip route-static 10.0.0.0 8 10.75.255.1 description du-phong\n#\n" if edited else ""
    return (
        "!Software Version V200R010C10SPC700\n"
        f"!Last configuration was updated at {at} by {_BY}\n"
        f"#\nsysname {device.slug}\n#\n"
        "snmp-agent community read cipher %^%#cong-dong%^%#\n#\n"
        f"{ports}{route}ntp-service unicast-server 10.75.0.1\n#\nreturn\n"
    )


def _ports(device: Device, fabric: Fabric) -> list[tuple[str, str]]:
    found = []
    for port in fabric.ports_of(device.slug):
        carried = fabric.carries(device.slug, port)
        words = carried[0].circuit or carried[0].slug if carried else "LAN"
        found.append((port, ascii_only(words)))
    return found
