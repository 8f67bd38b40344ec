"""What pretend devices say unasked: a trap and a line of syslog when a port falls or rises, gossip.

They speak from their own addresses to the platform's, in the lab's one namespace. Who cannot be
reached cannot be heard either.
"""

import asyncio
import contextlib
import random
import socket
from collections.abc import Iterator

from pyasn1.codec.ber import encoder
from pysnmp.proto.api import v2c

from core.clock import LOCAL, Clock
from core.inventory import Device
from lab.equipment import Truth
from lab.furnishing import PLATFORM
from lab.network import Kind, Network
from lab.world import World

_LINK_DOWN, _LINK_UP = 3, 4
_TRAPS = (1, 3, 6, 1, 6, 3, 1, 1, 5)  # SNMPv2-MIB
_IF_ENTRY = (1, 3, 6, 1, 2, 1, 2, 2, 1)
_COMMUNITY = "public"
_SPEAKERS = ("gateway", "router", "switch")
_GOSSIP = 12.0  # seconds between two lines that mean little
_NOTICE, _ERROR, _LOCAL7 = 5, 3, 23
# By maker: a login, a change of the configuration, a clock.
_LINES = {
    "Cisco": (
        (_NOTICE, "%SYS-5-CONFIG_I: Configured from console by nguyen.hanh on vty0 (10.75.0.9)"),
        (_NOTICE, "%SEC_LOGIN-5-LOGIN_SUCCESS: Login Success [user: nguyen.hanh]"),
        (_ERROR, "%SYS-3-CPUHOG: Task is running for (2004)msecs, more than (2000)msecs"),
    ),
    "Huawei": (
        (_NOTICE, "%%01SHELL/5/LOGIN(s)[4]:VTY login from 10.75.0.9. (UserName=nguyen.hanh)"),
        (_ERROR, "%%01NTP/3/SOURCE_LOST(l)[7]:System synchronization source lost."),
    ),
    "MikroTik": (
        (_NOTICE, "system,info,account user admin logged in from 10.75.0.9 via ssh"),
        (_NOTICE, "dhcp,info dhcp1 assigned 192.168.88.23 for 02:11:22:33:44:55"),
    ),
}
_PORTS = {
    "Cisco": "%LINK-3-UPDOWN: Interface {}, changed state to {}",
    "Huawei": "%%01IFPDT/4/IF_STATE(l)[9]:Interface {} has turned into {} state.",
    "MikroTik": "interface,info {} link {}",
}


class Heralds:
    """The voices of every device of a world. Only where it stands in a namespace of its own."""

    def __init__(self, network: Network, truth: Truth, clock: Clock) -> None:
        self._network, self._truth, self._clock = network, truth, clock
        self._speaks = network.kind is Kind.FLAT
        self._random = random.Random(0)  # noqa: S311  (gossip, not secrecy)
        devices = truth().fabric.devices
        first = next(iter(devices.values())).address
        self.platform = f"10.{first.split('.')[1]}.255.{PLATFORM}"
        self._talkers = [
            one for one in devices.values() if one.kind in _SPEAKERS and one.vendor in _LINES
        ]

    async def run(self) -> None:
        """Say something of little weight now and then, until cancelled."""
        while self._speaks and self._talkers:
            await asyncio.sleep(_GOSSIP)
            device = self._random.choice(self._talkers)
            severity, words = self._random.choice(_LINES[device.vendor or ""])
            self._line(device, severity, words)

    def follow(self, before: World) -> None:
        """Tell of every port that has changed since a world."""
        if not self._speaks:
            return
        now = self._truth()
        for device, index, port in self._changed(before, now):
            up = now.port(device.slug, port).oper_up
            self._trap(device, index, port, up=up)
            words = _PORTS[device.vendor or ""].format(port, "up" if up else "down")
            self._line(device, _NOTICE if up else _ERROR, words)

    def _changed(self, before: World, now: World) -> Iterator[tuple[Device, int, str]]:
        for device in self._talkers:
            for index, port in enumerate(now.fabric.ports_of(device.slug), 1):
                if before.port(device.slug, port) != now.port(device.slug, port):
                    yield device, index, port

    def _trap(self, device: Device, index: int, port: str, *, up: bool) -> None:
        """Send linkDown or linkUp as SNMPv2 has it (RFC 1905, 4.2.6; RFC 2863)."""
        state = self._truth().port(device.slug, port)
        values = {
            1: v2c.Integer32(index),
            2: v2c.OctetString(port),
            7: v2c.Integer32(1 if state.admin_up else 2),
            8: v2c.Integer32(1 if state.oper_up else 2),
        }
        pdu = v2c.TrapPDU()
        v2c.apiTrapPDU.set_defaults(pdu)
        kind = (*_TRAPS, _LINK_UP if up else _LINK_DOWN)
        bindings = [
            ((1, 3, 6, 1, 2, 1, 1, 3, 0), v2c.TimeTicks(int(self._clock.monotonic() * 100))),
            ((1, 3, 6, 1, 6, 3, 1, 1, 4, 1, 0), v2c.ObjectIdentifier(kind)),
            *(((*_IF_ENTRY, column, index), value) for column, value in values.items()),
        ]
        v2c.apiTrapPDU.set_varbinds(pdu, bindings)
        message = v2c.Message()
        v2c.apiMessage.set_defaults(message)
        v2c.apiMessage.set_community(message, _COMMUNITY)
        v2c.apiMessage.set_pdu(message, pdu)
        self._send(device, encoder.encode(message), self._network.ports.traps)

    def _line(self, device: Device, severity: int, words: str) -> None:
        """Send a line as RFC 3164 has it."""
        at = f"{self._clock.now().astimezone(LOCAL):%b %d %H:%M:%S}"
        said = f"<{_LOCAL7 * 8 + severity}>{at} {device.slug} {words}"
        self._send(device, said.encode(), self._network.ports.syslog)

    def _send(self, device: Device, octets: bytes, port: int) -> None:
        if device.slug in self._truth().silent:
            return
        with contextlib.suppress(OSError), socket.socket(type=socket.SOCK_DGRAM) as made:
            made.setblocking(False)
            made.bind((device.address, 0))
            made.sendto(octets, (self.platform, port))
