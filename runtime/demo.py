"""The demo: a pretend province, watched for real, from nothing to a first incident in minutes."""

import asyncio
import secrets
import tempfile
from collections import Counter
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from api.door import hash_password
from core.clock import LOCAL, Clock
from core.discovery import wanted as asked
from core.errors import Conflict
from core.incident import Incident
from core.inventory import Inventory
from core.people import Role
from core.status import Status
from core.text import Language, Text
from inventory.plan import plan
from lab import machine_room, province, script
from lab.apparatus import shells
from lab.client import LabClient, default_socket
from lab.conferencing import LOGIN, with_logins
from lab.lab import Lab, LabFailed
from lab.mailbox import Mailbox
from lab.network import Kind, Ports
from runtime import demo_meetings, demo_rooms
from runtime import settings as settings_file
from runtime.hub import Hub, open_hub
from runtime.settings import Settings
from runtime.sweeping import terms_of
from storage import migrations
from storage.ledger import open_ledger
from storage.vault import Vault

ADMIN = "admin"
_SNMP_SECRET = "snmp-default"  # noqa: S105  (a name)
_LOGIN_SECRET = "thiet-bi-hop"  # noqa: S105  (a name)
_CONFERENCE, _GATHERED = "giao-ban", 11  # sites whose rooms are in a conference from the start
_COMMUNITY = "public"  # what the lab's agents answer to
SETTINGS = "thongsuot.toml"
_TEMPLATE = """\
[web]
listen = "{listen}"
language = "{language}"
[looking]
sockets = "{door}"
icmp_blocked = {blocked}
reach_port = {reach_port}
snmp_port = {snmp_port}
cli_port = {cli_port}
authorities = "authorities.pem"
[looking.cli_secrets]
{shells}
[hearing]
traps = "{traps}"
syslog = "{syslog}"
[discovery]
ranges = ["{centre}"]
[looking.intervals]
cli_config = "4m"
redfish = "30s"
prometheus = "15s"
snmp_neighbours = "60s"
snmp_health = "30s"
snmp_system = "30s"
snmp_interfaces = "30s"
tcp = "10s"
http = "15s"
tls = "15s"
dns = "15s"
ntp = "15s"
sip_options = "15s"
[series]
min_free_space = "100MB"
[telling.night]
waiting = []
[meetings]
unbooked = "usual"
[channels.email]
kind = "email"
host = "127.0.0.1"
port = {mail_port}
security = "none"
sender = "Thông Suốt <thongsuot@dongnai.example>"
"""


@dataclass(frozen=True, slots=True)
class Wish:
    """What the person who starts the demo asks for."""

    three_tier: bool = False
    calm: bool = False
    seed: int = 1
    listen: str = "127.0.0.1:8080"
    language: Language = "vi"
    socket: Path | None = None  # of the lab; None: where `thongsuot lab` looks for it
    network: Kind | None = None  # None: the best that this machine allows


@dataclass(slots=True)
class Demo:
    """A running demo. `faults` lists what the script did: (when, what, the lab's refusal)."""

    hub: Hub
    lab: Lab
    mailbox: Mailbox
    password: str
    wish: Wish
    folder: Path
    clock: Clock
    began_at: datetime
    keys: Mapping[str, str] = field(default_factory=dict)  # room → key of the PC that reports
    faults: list[tuple[datetime, script.Step, Text | None]] = field(default_factory=list)

    @property
    def address(self) -> str:
        """Where the pages are."""
        return self.hub.settings.web.address

    @property
    def settings_file(self) -> Path:
        """The settings that other commands may be pointed at with `-c`."""
        return self.folder / SETTINGS

    @property
    def notes(self) -> list[Text]:
        """What this machine does not allow, or what is missing."""
        said = self.lab.facts.get("notes", ())
        mine = [Text(vi=n["vi"], en=n["en"]) for n in said] if isinstance(said, list) else []
        return mine + self.hub.notes

    async def run(self, stop: asyncio.Event) -> None:
        """Look, judge and tell, and play the script, until told to stop or the lab ends."""
        playing = asyncio.create_task(self._play())
        watching = asyncio.create_task(self._end_with_the_lab(stop))
        reporting = [asyncio.create_task(self._report(*pair)) for pair in self.keys.items()]
        try:
            await self.hub.run(stop)
        finally:
            for task in (playing, watching, *reporting):
                task.cancel()
                with suppress(asyncio.CancelledError):
                    await task

    async def _play(self) -> None:
        steps = script.day(self.lab.inventory, self.wish.seed, calm=self.wish.calm)
        async for step, refusal in script.play(steps, self.lab.client):
            self.faults.append((self.clock.now(), step, refusal))

    async def _end_with_the_lab(self, stop: asyncio.Event) -> None:
        await self.lab.wait()
        stop.set()

    async def _report(self, room: str, key: str) -> None:
        async with demo_rooms.reporting(self.address, room, key, self.folder) as program:
            await program.wait()

    def counts(self) -> dict[str, int]:
        """Return how many targets have each status."""
        states = self.hub.brain.states
        found = Counter(
            states[t.slug].status if t.slug in states else Status.UNKNOWN
            for t in self.hub.feed.estate().targets
        )
        return {status.value: found[status] for status in Status}

    async def incidents(self) -> list[Incident]:
        """Return every incident of this demo, newest first."""
        return list((await self.hub.ledger.incidents.find(limit=200)).items)

    async def summary(self) -> Mapping[str, object]:
        """Return what a machine wants to know at the end."""
        return {
            "seconds": round((self.clock.now() - self.began_at).total_seconds(), 1),
            "address": self.address,
            "network": self.lab.facts.get("network"),
            "targets_by_status": self.counts(),
            "incidents": [_told(incident) for incident in await self.incidents()],
            "messages": [
                {"to": list(letter.recipients), "subject": letter.subject, "text": letter.text}
                for letter in self.mailbox.letters
            ],
            "faults": [
                {"at": at.isoformat(), "op": step.op, "target": step.target, "how": step.how}
                for at, step, refusal in self.faults
                if not refusal
            ],
        }


def _told(incident: Incident) -> dict[str, object]:
    return {
        "id": incident.id,
        "root": incident.root,
        "state": incident.state.value,
        "severity": incident.severity.value,
        "cause": incident.cause,
        "began_at": incident.began_at.isoformat(),
        "decided_at": incident.decided_at.isoformat(),
        "recovered_at": incident.recovered_at.isoformat() if incident.recovered_at else None,
        "members": [member.target for member in incident.members],
    }


@asynccontextmanager
async def open_demo(
    wish: Wish, clock: Clock, progress: Callable[[Text], None]
) -> AsyncIterator[Demo]:
    """Build a province, a ledger that knows it, and the hub that watches it; leave no trace."""
    began_at = clock.now()
    async with AsyncExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="thongsuot-demo-")))
        progress(Text(vi="Dựng tỉnh giả lập", en="Building the pretend province"))
        lab = await stack.enter_async_context(_lab(wish, folder))
        mailbox = await stack.enter_async_context(Mailbox())
        settings = _settings(wish, folder, lab, mailbox)
        progress(Text(vi="Nhập danh mục", en="Importing the inventory"))
        ports = Ports(**lab.facts["ports"]) if isinstance(lab.facts["ports"], dict) else Ports()
        furnished = demo_rooms.furnished(with_logins(lab.inventory, _LOGIN_SECRET, ports))
        wanted = _declared(furnished, ports, clock)
        password, keys = await _prepared(settings, wanted, clock)
        await asyncio.to_thread(_gathered, lab.client, wanted)
        progress(Text(vi="Khởi động hệ thống giám sát", en="Starting the platform"))
        hub = await stack.enter_async_context(open_hub(settings, clock))
        yield Demo(hub, lab, mailbox, password, wish, folder, clock, began_at, keys)


@asynccontextmanager
async def _lab(wish: Wish, folder: Path) -> AsyncIterator[Lab]:
    """Start the lab where `thongsuot lab` finds it, unless another one is there already."""
    socket = wish.socket or default_socket()
    if wish.socket is None and await asyncio.to_thread(_answers, socket):
        socket = folder / "lab.sock"
    try:
        wanted = machine_room.furnished(province.inventory(three_tier=wish.three_tier))
        async with Lab(wanted, network=wish.network, socket=socket) as lab:
            yield lab
    except LabFailed as failure:
        raise Conflict(
            Text(
                vi=f"Không dựng được tỉnh giả lập: {failure.text.vi}",
                en=f"The pretend province did not start: {failure.text.en}",
            )
        ) from failure


def _answers(socket: Path) -> bool:
    try:
        LabClient(socket).status()
    except OSError:
        return False
    return True


def _settings(wish: Wish, folder: Path, lab: Lab, mailbox: Mailbox) -> Settings:
    """Write the settings file of the demo, so that other commands can be pointed at it."""
    ports = lab.facts["ports"]
    named = ports if isinstance(ports, dict) else {}
    devices = list(lab.inventory.devices)
    file = folder / SETTINGS
    (folder / "authorities.pem").write_text(str(lab.facts.get("authorities", "")), encoding="utf-8")
    file.write_text(
        _TEMPLATE.format(
            listen=wish.listen,
            language=wish.language,
            door=lab.socket.absolute(),
            blocked="false" if lab.facts["icmp"] else "true",
            reach_port=named.get("ssh", 22),
            snmp_port=named.get("snmp", 161),
            mail_port=mailbox.port,
            cli_port=named.get("ssh", 22),
            shells="\n".join(f'{slug} = "{_LOGIN_SECRET}"' for slug in shells(devices)),
            traps=_door(lab, named.get("traps")),
            syslog=_door(lab, named.get("syslog")),
            centre=machine_room.centre(lab.inventory),
        ),
        encoding="utf-8",
    )
    return settings_file.load(file, {})


def _door(lab: Lab, port: object) -> str:
    """Return where devices are heard: nowhere but where the lab has a network of its own."""
    heard = lab.facts.get("network") == Kind.FLAT
    return f"{lab.facts['platform']}:{port}" if heard else ""


def _declared(wanted: Inventory, ports: Ports, clock: Clock) -> Inventory:
    """Return what the people of the province have written down, certificates included."""
    known = machine_room.declared(wanted, _LOGIN_SECRET, _SNMP_SECRET, ports)
    return known.model_copy(
        update={
            "measures": machine_room.measures(known, _LOGIN_SECRET, ports),
            "certificates": machine_room.certificates(known, clock.now().astimezone(LOCAL).date()),
        }
    )


def _gathered(client: LabClient, inventory: Inventory) -> None:
    """Let the codecs of the first sites be in a conference, hubs first."""
    hubs = [site.slug for site in inventory.sites if site.role == "hub"]
    others = [site.slug for site in inventory.sites if site.role == "site"]
    sites = set((hubs + others)[:_GATHERED])
    for device in inventory.devices:
        if device.kind == "endpoint" and device.site in sites:
            client.join(device.slug, _CONFERENCE)


async def _prepared(
    settings: Settings, wanted: Inventory, clock: Clock
) -> tuple[str, Mapping[str, str]]:
    """Fill an empty ledger: inventory, today's meetings, credentials, first login.

    Return the first user's password, and the keys with which PCs in rooms report.
    """
    now = clock.now()
    vault = Vault.open(settings.secrets.key_file)
    await migrations.upgrade(settings.ledger.url)
    ledger = await open_ledger(settings.ledger.url, vault, clock)
    try:
        changes = plan(Inventory(), wanted, now.astimezone(LOCAL).date()).changes
        await ledger.inventory.apply(changes, "demo", now)
        await demo_meetings.enter(ledger.meetings, wanted, now)
        sweep = asked([*settings.discovery.ranges], terms_of(settings))
        await ledger.discoveries.begin(sweep, "demo", now)
        await ledger.secrets.set_secret(_SNMP_SECRET, _COMMUNITY, "demo", now)
        await ledger.secrets.set_secret(_LOGIN_SECRET, LOGIN, "demo", now)
        keys = {
            room: await ledger.room_keys.make(room, "demo", now)
            for room in demo_rooms.of_pcs(wanted)
        }
        password = secrets.token_urlsafe(9)
        hashed = await asyncio.to_thread(hash_password, password)
        await ledger.people.create_user(ADMIN, "Quản trị", Role.ADMIN, hashed, now)
    finally:
        await ledger.aclose()
    return password, keys
