"""What speaks at the servers, sensors and routers of a world beside SNMP, where each stands.

A device's profile or make decides which emulator speaks for it. Devices of other makes have only
open doors (`lab.listeners`).
"""

import ssl
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta

from core.clock import Clock
from core.inventory import Device
from lab import machine_room
from lab.configurations import command_line
from lab.doors import Door, Taken
from lab.emulators.answering import PASSWORD, USER
from lab.emulators.backup_folder import BackupFolder
from lab.emulators.command_line import SshServing
from lab.emulators.databases import Database
from lab.emulators.mail import Post
from lab.emulators.modbus import ModbusServer, climate, generator
from lab.emulators.node_exporter import NodeExporter
from lab.emulators.redfish import Redfish
from lab.emulators.revocation_list import RevocationList
from lab.emulators.serving import Http, Serving
from lab.emulators.sms_gateway import SmsGateway
from lab.emulators.sqlserver import SqlServer
from lab.emulators.winrm import WinRm, at_work, make_known
from lab.equipment import Truth
from lab.namespaces import inside
from lab.network import Kind, Network
from lab.services import Services
from lab.swell import Swell

_LASTS = timedelta(days=397)
_REGISTERS = {"Climate": climate, "Generator": generator}
SHELLS = 3  # hubs whose gateways have a command line, beside the cores


@dataclass(frozen=True, slots=True)
class _Speaker:
    """A port of a device, and who speaks there."""

    address: str
    port: int
    take: Taken
    close: Callable[[], Awaitable[None]]


class Apparatus:
    """Every such emulator of a world."""

    def __init__(self, network: Network, truth: Truth, clock: Clock, services: Services) -> None:
        self._network, self._truth, self._clock = network, truth, clock
        self._authority, self._mail = services.authority, services.mail
        self._enforcing = network.kind is Kind.LOOPBACK
        self._doors: list[Door] = []
        fabric = truth().fabric
        self._shells = shells(list(fabric.devices.values()))
        self._speakers = [
            speaker for device in fabric.devices.values() for speaker in self._of(device)
        ]

    @property
    def reserved(self) -> frozenset[tuple[str, int]]:
        """The TCP addresses and ports that emulators own."""
        return frozenset((one.address, one.port) for one in self._speakers)

    def _of(self, device: Device) -> Iterator[_Speaker]:
        ports, address = self._network.ports, device.address
        if device.profile == "server-linux":
            exporter = Serving(NodeExporter(self._clock, device.slug))
            yield _Speaker(address, machine_room.NODE_EXPORTER, exporter.take, exporter.close)
            backups = device.slug == machine_room.BACKUPS
            pages = Serving(
                BackupFolder(self._clock, USER, PASSWORD) if backups else SmsGateway(self._clock)
            )
            yield _Speaker(address, ports.http, pages.take, pages.close)
        if device.profile == "server-redfish":
            context = self._authority.context(address, self._clock.now(), _LASTS)
            controller = Serving(Redfish(), context)
            yield _Speaker(address, ports.https, controller.take, controller.close)
            revoked = Serving(
                RevocationList(lambda: self._authority.revocations(self._clock.now()))
            )
            yield _Speaker(address, ports.http, revoked.take, revoked.close)
        if device.slug == machine_room.BACKUPS:
            secured = self._authority.context(address, self._clock.now(), _LASTS)
            for port, submission in ((ports.smtp, False), (ports.submission, True)):
                post = Post(self._mail, secured, submission=submission)
                yield _Speaker(address, port, post.take, post.close)
            base = Database(self._documents(address))
            yield _Speaker(address, ports.sqlserver, base.take, base.close)
        if device.slug == machine_room.WINDOWS:
            make_known()
            windows = WinRm(live=at_work(self._clock))
            secured = self._authority.context(address, self._clock.now(), _LASTS)
            http = Http(windows.handle, secured)
            yield _Speaker(address, ports.winrm, http.take, http.close)
        if device.vendor == "Modbus":
            registers = _REGISTERS[device.model or ""](self._clock)
            server = ModbusServer(registers)
            yield _Speaker(address, ports.modbus, server.take, server.close)
        if device.slug in self._shells:
            spoken = command_line(device, self._truth().fabric, self._clock)
            if spoken is not None:
                shell = SshServing(spoken)
                yield _Speaker(address, ports.ssh, shell.take, shell.close)

    def _documents(self, address: str) -> SqlServer:
        """Return the database of documents, of which so many wait past their term."""
        context = self._authority.context(address, self._clock.now(), _LASTS)
        context.maximum_version = ssl.TLSVersion.TLSv1_2  # none newer is spoken inside TDS
        swell = Swell(self._clock, "documents")

        def late() -> list[object]:
            return [round(swell.at(18, 0.5, 700))]

        return SqlServer(
            encryption=1,
            context=context,
            login=(USER, PASSWORD),
            answers={machine_room.LATE_DOCUMENTS: late},
        )

    def start(self) -> None:
        """Let every emulator listen. Conflict where a port is taken."""
        for room in self._network.rooms():
            with inside(room.namespace):
                for one in self._speakers:
                    if one.address in room.addresses:
                        self._doors.append(Door(one.address, one.port, one.take))

    def follow(self) -> None:
        """Fall silent or speak again, as the world says. Only needed on loopback."""
        if not self._enforcing:
            return
        silent = self._truth().silent_addresses
        for door in self._doors:
            (door.silence if door.address in silent else door.wake)()

    async def aclose(self) -> None:
        """Listen no more and hang up."""
        for door in self._doors:
            door.close()
        self._doors.clear()
        for one in self._speakers:
            await one.close()


def shells(devices: list[Device]) -> tuple[str, ...]:
    """Return the devices whose command line can be spoken to: the cores, some hubs' gateways."""
    cores = [one.slug for one in devices if one.kind == "router"]
    known = [one for one in devices if one.vendor in {"Cisco", "Huawei"}]
    hubs = [one.slug for one in known if one.kind == "gateway"]
    return (*cores, *hubs[:SHELLS])
