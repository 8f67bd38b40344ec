"""The conference equipment of a world, where it stands: emulators at its codecs and its bridge.

What a device is decides which emulator speaks for it. Of makes without one only the doors are open
(`lab.listeners`). Every codec answers SIP by UDP, and says in a call that it is busy.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta

from core.clock import Clock
from core.errors import Conflict, NotFound
from core.inventory import Device, Inventory
from core.text import Text
from lab import answers
from lab.calls import Calls
from lab.certificates import Authority
from lab.doors import Door
from lab.emulators.answering import PASSWORD, USER, Emulator, Stage
from lab.emulators.cisco_codec import CiscoCodec
from lab.emulators.cisco_meeting_server import CiscoMeetingServer
from lab.emulators.pexip import Pexip
from lab.emulators.poly_videoos import PolyVideoOs
from lab.emulators.serving import Serving
from lab.equipment import Truth
from lab.namespaces import inside
from lab.network import Kind, Network, Ports
from lab.services import Responder

LOGIN = f"{USER}:{PASSWORD}"
_LASTS = timedelta(days=397)


@dataclass(frozen=True, slots=True)
class _Make:
    """An emulator, the port of `Ports` it listens on, and the profile that asks it."""

    emulator: Callable[[Stage], Emulator]
    port: str
    profile: str


_MAKES: Mapping[tuple[str, str], _Make] = {  # vendor and first word of the model
    ("Cisco", "Room"): _Make(CiscoCodec, "https", "endpoint-cisco"),
    ("Cisco", "Meeting"): _Make(CiscoMeetingServer, "cms", "bridge-cms"),
    ("Pexip", "Infinity"): _Make(Pexip, "https", "bridge-pexip"),
    ("Poly", "Studio"): _Make(PolyVideoOs, "https", "endpoint-poly"),
}


def _make_of(device: Device) -> _Make | None:
    return _MAKES.get((device.vendor or "", (device.model or "").partition(" ")[0]))


def with_logins(inventory: Inventory, secret: str, ports: Ports) -> Inventory:
    """Return the inventory with its conference equipment asked, by a secret of that name.

    Nothing is changed where the network has no place at the usual ports.
    """
    usual = Ports()

    def asked(device: Device) -> Device:
        make = _make_of(device)
        if make is None or getattr(ports, make.port) != getattr(usual, make.port):
            return device
        return device.model_copy(update={"secret": secret, "profile": make.profile})

    return inventory.model_copy(update={"devices": tuple(map(asked, inventory.devices))})


class Conferencing:
    """Every emulator of a world, and the calls that they all speak of."""

    def __init__(self, network: Network, truth: Truth, clock: Clock, authority: Authority) -> None:
        self.calls = Calls(truth, clock)
        self._network, self._truth, self._clock = network, truth, clock
        self._authority = authority
        self._enforcing = network.kind is Kind.LOOPBACK
        self._doors: list[Door] = []
        self._servings: list[Serving] = []
        self._phones: list[Responder] = []
        self._makes = {
            device.slug: make
            for device in truth().fabric.devices.values()
            if (make := _make_of(device)) is not None
        }

    @property
    def reserved(self) -> frozenset[tuple[str, int]]:
        """The TCP addresses and ports that emulators own."""
        devices = self._truth().fabric.devices
        return frozenset((devices[slug].address, self._port(slug)) for slug in self._makes)

    def _port(self, slug: str) -> int:
        port: int = getattr(self._network.ports, self._makes[slug].port)
        return port

    def start(self) -> None:
        """Let every emulator listen. Conflict where a port is taken."""
        devices = self._truth().fabric.devices
        at = {devices[slug].address: slug for slug in self._makes}
        codecs = {d.address: d for d in devices.values() if d.kind == "endpoint"}
        for room in self._network.rooms():
            for address in room.addresses:
                if address in codecs:
                    with inside(room.namespace):
                        self._phones.append(self._phone(codecs[address]))
                slug = at.get(address)
                if slug is None:
                    continue
                emulator = self._makes[slug].emulator(Stage(self.calls, self._clock, slug))
                context = self._authority.context(address, self._clock.now(), _LASTS)
                serving = Serving(emulator, context)
                self._servings.append(serving)
                with inside(room.namespace):
                    self._doors.append(Door(address, self._port(slug), serving.take))

    def _phone(self, codec: Device) -> Responder:
        """Return what answers SIP at a codec."""

        def answer(request: bytes, source: tuple[str, int]) -> bytes | None:
            self.calls.settle()
            if codec.slug in self._truth().silent:
                return None
            busy, make = codec.slug in self.calls.legs, f"{codec.vendor} {codec.model}"
            return answers.sip(request, source, busy=busy, server=make)

        return Responder(codec.address, self._network.ports.sip, answer)

    def follow(self) -> None:
        """Fall silent or speak again, as the world says. Only needed on loopback."""
        if not self._enforcing:
            return
        silent = self._truth().silent_addresses
        for door in self._doors:
            (door.silence if door.address in silent else door.wake)()

    def join(self, device: str, conference: str) -> None:
        """Connect a codec to a conference; NotFound, Conflict where that cannot be."""
        self._known(device)
        if device in self._truth().silent:
            raise Conflict(
                Text(vi=f"“{device}” đang mất liên lạc", en=f"{device} cannot be reached")
            )
        self.calls.join(device, conference)

    def leave(self, device: str) -> None:
        """Disconnect a codec; Conflict if it is in no call."""
        self._known(device)
        if device not in self.calls.legs:
            raise Conflict(
                Text(vi=f"“{device}” không ở trong cuộc họp nào", en=f"{device} is in no call")
            )
        self.calls.leave(device)

    def _known(self, device: str) -> None:
        found = self._truth().fabric.devices.get(device)
        if found is None or found.kind != "endpoint":
            raise NotFound(
                Text(
                    vi=f"Không có thiết bị họp “{device}”",
                    en=f"No conference endpoint {device!r}",
                )
            )

    def told(self) -> list[dict[str, object]]:
        """Return who is in which conference, for machines."""
        self.calls.settle()
        return [
            {"device": leg.device, "conference": leg.conference}
            for leg in sorted(self.calls.legs.values(), key=lambda leg: leg.device)
        ]

    async def aclose(self) -> None:
        """Listen no more and hang up."""
        for door in self._doors:
            door.close()
        self._doors.clear()
        while self._phones:
            self._phones.pop().close()
        while self._servings:
            await self._servings.pop().close()
