"""The process that is the lab: it holds the network, the agents and the control socket.

Started by `lab.lab.Lab` with its orders as one JSON line on standard input; prints one JSON
line when the province answers (or why it cannot), and ends when told, on SIGTERM, or when its
standard input closes because the starter is gone.
"""

import asyncio
import contextlib
import json
import os
import resource
import signal
import sys
from collections.abc import Callable, Mapping
from dataclasses import asdict
from functools import reduce
from pathlib import Path

from core.clock import Clock, SystemClock
from core.errors import DomainError
from core.inventory import Inventory
from lab.agents import Agents
from lab.apparatus import Apparatus
from lab.conferencing import Conferencing
from lab.control import Control, Wish
from lab.fabric import Fabric
from lab.flat import FlatNetwork
from lab.heralds import Heralds
from lab.listeners import Listeners
from lab.loopback import LoopbackNetwork, addresses_on_loopback
from lab.namespaces import NoNamespaces, die_with_parent
from lab.network import Kind, Network
from lab.services import Services
from lab.tree import TreeNetwork
from lab.world import How, World

_NETWORKS: dict[Kind, Callable[[], Network]] = {
    Kind.FLAT: FlatNetwork,
    Kind.TREE: TreeNetwork,
    Kind.LOOPBACK: LoopbackNetwork,
}


class Stage:
    """The world as it stands now, and everybody who follows it."""

    def __init__(self, network: Network, fabric: Fabric, clock: Clock) -> None:
        self.network, self.clock = network, clock
        self.world = World(fabric)
        self.agents = Agents(network, lambda: self.world, clock)
        self.services = Services(network, lambda: self.world, clock)
        self.conferencing = Conferencing(
            network, lambda: self.world, clock, self.services.authority
        )
        self.apparatus = Apparatus(network, lambda: self.world, clock, self.services)
        taken = self.services.reserved | self.conferencing.reserved | self.apparatus.reserved
        self.heralds = Heralds(network, lambda: self.world, clock)
        self.listeners = Listeners(network, lambda: self.world, taken)
        self.ended = asyncio.Event()

    def change(self, world: World) -> None:
        """Make everybody follow another world."""
        self.conferencing.calls.settle()
        self.network.apply(world)
        before, self.world = self.world, world
        self.listeners.follow()
        self.services.follow()
        self.conferencing.follow()
        self.apparatus.follow()
        self.heralds.follow(before)

    async def obey(self, wish: Wish) -> dict[str, object]:
        """Do what the control socket asks; DomainError where it cannot be."""
        op, target = str(wish["op"]), str(wish.get("target") or "")
        now = self.clock.now()
        if op == "cut":
            how = How(str(wish.get("how", "blackhole")))
            self.change(reduce(lambda world, one: world.cut(one, how, now), _all(wish), self.world))
        elif op == "restore":
            self.change(reduce(World.restore, _all(wish), self.world))
        elif op == "degrade":
            amounts = {k: float(str(wish.get(k, 0))) for k in ("loss", "delay", "jitter")}
            self.change(self.world.degrade(target, now, **amounts))
        elif op == "clear":
            self.change(self.world.clear(target or None))
        elif op == "join":
            self.conferencing.join(target, str(wish["conference"]))
        elif op == "leave":
            self.conferencing.leave(target)
        elif op == "list":
            return {"ok": True, "lines": self.lines(), "services": self.running()}
        elif op == "stop":
            self.ended.set()
        elif op != "status":
            raise ValueError(op)
        truth = {**self.world.truth(), "calls": self.conferencing.told()}
        return {"ok": True, "now": now.isoformat(), **self.facts(), **truth}

    def facts(self) -> dict[str, object]:
        """Return what kind of lab this is."""
        network = self.network
        return {
            "network": network.kind.value,
            "icmp": network.kind is not Kind.LOOPBACK,
            "ports": asdict(network.ports),
            "platform": self.heralds.platform,
            "authorities": self.services.authority.pem,
            "notes": [{"vi": note.vi, "en": note.en} for note in network.notes],
            "pid": os.getpid(),
        }

    def lines(self) -> list[dict[str, object]]:
        """Return every line and how it is."""
        world = self.world
        return [
            {
                "slug": link.slug,
                "name": link.name,
                "near": link.near,
                "far": link.far,
                "carrier": link.carrier,
                "order": link.order,
                "cut": world.cuts[link.slug].how.value if link.slug in world.cuts else None,
                "impaired": link.slug in world.impairments,
            }
            for link in world.fabric.links.values()
        ]

    def running(self) -> list[dict[str, object]]:
        """Return every service and how it is, in the shape of a line."""
        cuts = self.world.cuts
        return [
            {
                "slug": service.slug,
                "name": service.name,
                "near": service.device or "",
                "far": service.url,
                "carrier": None,
                "order": 1,
                "cut": cuts[service.slug].how.value if service.slug in cuts else None,
                "impaired": False,
            }
            for service in self.world.fabric.services.values()
        ]


def _all(wish: Wish) -> list[str]:
    """Return what a wish is about: one target, or several that fail or come back as one."""
    several = wish.get("targets")
    return [str(one) for one in several] if isinstance(several, list) else [str(wish["target"])]


def _build(kind: Kind, inventory: Inventory) -> tuple[Network, Fabric]:
    """Return the wanted network, started, and the fabric with the addresses it serves."""
    network = _NETWORKS[kind]()
    if kind is Kind.LOOPBACK:
        inventory = addresses_on_loopback(inventory, network.ports)
    fabric = Fabric(inventory)
    network.start(fabric)
    return network, fabric


async def _live(orders: Mapping[str, object]) -> None:
    control = Control(Path(str(orders["socket"])))
    try:
        inventory = Inventory.model_validate(orders["inventory"])
        network, fabric = _build(Kind(str(orders["network"])), inventory)
        die_with_parent()
        stage = Stage(network, fabric, SystemClock())
        loop = asyncio.get_running_loop()
        loop.add_signal_handler(signal.SIGTERM, stage.ended.set)
        loop.add_reader(sys.stdin.fileno(), stage.ended.set)  # only its end is awaited
        stage.agents.start()
        stage.services.follow()
        stage.listeners.start()
        stage.conferencing.start()
        stage.apparatus.start()
        working = [
            asyncio.create_task(control.run(stage.obey)),
            asyncio.create_task(stage.heralds.run()),
        ]
        _say({"ok": True, **stage.facts()})
        await stage.ended.wait()
        for task in working:
            task.cancel()
        stage.services.close()
        await stage.conferencing.aclose()
        await stage.apparatus.aclose()
        stage.listeners.close()
        stage.agents.close()
        network.stop()
    finally:
        control.close()


def main() -> None:
    """Run the lab of the orders on standard input."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the starter's to answer
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))  # a large province has 1,000 sockets
    orders = json.loads(sys.stdin.buffer.readline())
    try:
        asyncio.run(_live(orders))
    except DomainError as refusal:
        _say({"ok": False, "error": refusal.text.en, "vi": refusal.text.vi})
        sys.exit(1)
    except (OSError, NoNamespaces) as error:
        _say({"ok": False, "error": str(error)})
        sys.exit(1)


def _say(answer: dict[str, object]) -> None:
    with contextlib.suppress(OSError):
        sys.stdout.write(json.dumps(answer, ensure_ascii=False) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
