"""The services of the pretend province, looked at by the platform's own collectors."""

import asyncio
import os
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from core.clock import LOCAL, SystemClock
from core.inventory import Inventory
from core.reading import FailureKind, Reading
from core.watching import Check
from inventory.compiled import LookingDefaults, compile_estate
from inventory.urls import Way, cut
from lab import province
from lab.client import LabClient, Refused
from lab.lab import Lab
from lab.loopback import addresses_on_loopback
from lab.network import Kind, Ports
from lab.world import How
from runtime.kit import DoorSockets, make_kit
from runtime.registries import collectors
from tests.lab.probes import namespaces_refused, started, until

REFUSED = namespaces_refused()
pytestmark = [
    pytest.mark.lab,
    pytest.mark.skipif(REFUSED is not None, reason=f"no network namespaces: {REFUSED}"),
]
APART = ["unshare", "-n" if os.geteuid() == 0 else "-Urn", "sh", "-c"]
APART += ['ip link set lo up && exec "$@"', "sh"]
EXPIRY = "probe_ssl_earliest_cert_expiry"


class Silent:
    """A transcript that nobody reads."""

    def note(self, line: str, *args: object) -> None:
        """Forget it."""


class Eyes:
    """Looks at services through a lab's door."""

    def __init__(self, client: LabClient, inventory: Inventory, folder: Path) -> None:
        pem = folder / "authorities.pem"
        pem.write_text(str(client.status()["authorities"]), encoding="utf-8")
        self.client, self.clock = client, SystemClock()
        today = self.clock.now().astimezone(LOCAL).date()
        estate = compile_estate(inventory, today, LookingDefaults(authorities=str(pem)))
        wanted = {service.slug for service in inventory.services}
        self.checks: dict[str, Check] = {c.target: c for c in estate.checks if c.target in wanted}

    async def look(self, *services: str) -> dict[str, Reading]:
        """Return what a look at each service brings; at all of them if none is named."""
        kit = make_kit(self.clock, DoorSockets(self.client.path))
        known = collectors()
        try:
            chosen = services or tuple(self.checks)
            found = await asyncio.gather(
                *(
                    known[self.checks[slug].collector].look(self.checks[slug], kit, Silent())
                    for slug in chosen
                )
            )
        finally:
            await kit.aclose()
        return dict(zip(chosen, found, strict=True))

    async def kinds(self, *services: str) -> dict[str, FailureKind | None]:
        """Return why each look failed, None where it did not."""
        readings = await self.look(*services)
        return {slug: r.failure.kind if r.failure else None for slug, r in readings.items()}


@pytest.fixture
async def eyes(tmp_path: Path) -> AsyncIterator[Eyes]:
    async with Lab(province.inventory(), Kind.FLAT) as lab:
        yield Eyes(lab.client, lab.inventory, tmp_path)


async def test_every_service_is_well_until_it_is_broken(eyes: Eyes) -> None:
    assert set((await eyes.kinds()).values()) == {None}
    assert {check.collector for check in eyes.checks.values()} == {
        "http",
        "tls",
        "dns",
        "ntp",
        "sip_options",
    }
    for slug in eyes.checks:
        await asyncio.to_thread(eyes.client.cut, slug, How.STOP)
    stopped = await eyes.kinds()
    assert set(stopped.values()) == {FailureKind.REFUSED}
    for slug in eyes.checks:
        await asyncio.to_thread(eyes.client.restore, slug)
        await asyncio.to_thread(eyes.client.cut, slug, How.BROKEN)
    broken = await eyes.kinds()
    assert None not in broken.values()
    assert broken["cong-thong-tin"] is FailureKind.PROTOCOL
    await asyncio.to_thread(eyes.client.clear)
    assert set((await eyes.kinds()).values()) == {None}


async def test_a_certificate_that_is_about_to_end_is_seen(eyes: Eyes) -> None:
    async def days_left(slug: str) -> float:
        reading = (await eyes.look(slug))[slug]
        end = next(value for series, value in reading.samples if series.name == EXPIRY)
        return (end - eyes.clock.now().timestamp()) / 86_400

    for slug in ("cong-thong-tin", "thu-dien-tu"):
        assert await days_left(slug) > 300
        await asyncio.to_thread(eyes.client.cut, slug, How.EXPIRING)
        assert 4 < await days_left(slug) < 7


async def test_a_service_falls_silent_with_its_server_and_with_the_line(eyes: Eyes) -> None:
    await asyncio.to_thread(eyes.client.cut, "may-chu-1", How.OFF)
    found = await eyes.kinds("ten-mien", "van-ban", "cong-thong-tin")
    assert found["cong-thong-tin"] is None
    assert found["ten-mien"] in {FailureKind.TIMEOUT, FailureKind.UNREACHABLE}
    assert found["van-ban"] in {FailureKind.TIMEOUT, FailureKind.UNREACHABLE}


async def test_only_services_stop_and_only_once(eyes: Eyes) -> None:
    with pytest.raises(Refused):
        await asyncio.to_thread(eyes.client.cut, "may-chu-1", How.STOP)
    await asyncio.to_thread(eyes.client.cut, "mot-cua", How.STOP)
    with pytest.raises(Refused):
        await asyncio.to_thread(eyes.client.cut, "mot-cua", How.BROKEN)
    listed = {row["slug"]: row["cut"] for row in eyes.client.services()}
    assert listed["mot-cua"] == "stop"
    assert listed["van-ban"] is None


@pytest.fixture
def apart(tmp_path: Path) -> Iterator[LabClient]:
    path = tmp_path / "lab.sock"
    words = ["lab", "up", "--network", "loopback", "--socket", str(path)]
    lab = started(words, APART)
    yield LabClient(path)
    lab.terminate()
    lab.wait()


async def test_services_answer_on_loopback_and_fall_silent_there(
    apart: LabClient, tmp_path: Path
) -> None:
    await until(lambda: apart.path.exists() and bool(apart.status()["ok"]))
    told = apart.status()["ports"]
    assert isinstance(told, dict)
    eyes = Eyes(apart, addresses_on_loopback(province.inventory(), Ports(**told)), tmp_path)
    assert set((await eyes.kinds()).values()) == {None}
    await asyncio.to_thread(apart.cut, "may-chu-1", How.OFF)
    found = await eyes.kinds("ten-mien", "thu-dien-tu", "cong-thong-tin")
    assert found == {
        "ten-mien": FailureKind.TIMEOUT,
        "thu-dien-tu": FailureKind.TIMEOUT,
        "cong-thong-tin": None,
    }
    await asyncio.to_thread(apart.restore, "may-chu-1")
    assert set((await eyes.kinds("ten-mien", "thu-dien-tu")).values()) == {None}


def test_without_low_ports_services_move_up() -> None:
    high = Ports(http=10080, https=10443, imaps=10993, dns=10053, ntp=10123)
    moved = {s.slug: s.url for s in addresses_on_loopback(province.inventory(), high).services}
    assert moved["cong-thong-tin"] == "https://127.75.0.21:10443/"
    assert moved["mot-cua"] == "https://127.75.0.21:8443/"
    assert moved["thu-dien-tu"] == "tls://127.75.0.20:10993"
    assert moved["ten-mien"] == "dns://127.75.0.20:10053/dongnai.example"
    assert moved["gio-chuan"] == "ntp://127.75.0.1:10123"
    assert all(isinstance(cut(url), Way) for url in moved.values())
