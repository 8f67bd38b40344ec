"""One namespace per site, a real line for each link, real routing: for scenarios.

Cuts differ as in life: a shut port takes its routes away, a dead far end leaves the near port
without carrier, a broken carrier leaves both ports up and the packets lost. Where a site has
several lines, its routes follow the first that lives, as a routing protocol would see to.
"""

from collections import defaultdict
from collections.abc import Iterator

from core.inventory import Link
from core.text import Text
from lab.delay import Delayer
from lab.fabric import Fabric
from lab.furnishing import PLATFORM
from lab.namespaces import allow_ping, enter_new, forward, inside, ip_batch, make, path_of, run
from lab.network import Kind, Ports, Room
from lab.world import How, Impairment, Quality, World

_BROKEN = (How.BLACKHOLE, How.HALFIN, How.OFF)
_TABLES = 1000  # first of the routing tables of single lines
_EMPTY = "add table ip lab\ndelete table ip lab\n"  # in one transaction with what follows


class TreeNetwork:
    """Namespaces, veth pairs and routes."""

    kind = Kind.TREE
    ports = Ports()
    notes: tuple[Text, ...] = ()

    def __init__(self) -> None:
        self._world: World | None = None
        self._spaces: dict[str, int] = {}  # site -> namespace
        self._numbers: dict[str, int] = {}  # link -> number of its veth pair
        self._below: dict[str, tuple[str, ...]] = {}  # device -> prefixes of the sites behind it
        self._ways: dict[str, str] = {}  # far device with several lines -> line in use
        self._rules: dict[str, str] = {}
        self._delayers: dict[str, Delayer] = {}

    def start(self, fabric: Fabric) -> None:
        """Build everything. Raises NoNamespaces, OSError."""
        enter_new()
        self._spaces = dict(zip(fabric.sites, make(len(fabric.sites)), strict=True))
        self._numbers = {link: n for n, link in enumerate(fabric.links)}
        self._below = {link.far: _prefixes(fabric, link.far) for link in fabric.links.values()}
        world = World(fabric)
        commands = self._commands(fabric)
        for site, lines in commands.items():
            ip_batch(lines, self._spaces[site])
        self._join_platform(fabric)
        for link in fabric.links.values():
            if link.order == 1 or world.way(link.far) == (link.slug, link.near):
                self._ways[link.far] = link.slug
        batches: dict[str, list[str]] = defaultdict(list)
        for line in self._ways.values():
            self._route(fabric, line, batches)
        self._run(batches)
        for space in self._spaces.values():
            with inside(space):
                forward()
        allow_ping()
        self._world = world

    def _commands(self, fabric: Fabric) -> dict[str, list[str]]:
        """Return the commands that make addresses and lines, by site, near sites first."""
        commands: dict[str, list[str]] = {site: ["link set lo up"] for site in fabric.sites}
        for device in fabric.devices.values():
            commands[device.site].append(f"addr add {device.address}/32 dev lo")
        for link in fabric.links.values():
            n = self._numbers[link.slug]
            near, far = self._sites(fabric, link)
            commands[near] += [
                f"link add d{n} type veth peer name u{n} netns {path_of(self._spaces[far])}",
                f"addr add 169.254.{n}.1/30 dev d{n}",
                f"link set d{n} up",
            ]
            if link.address:
                commands[near].append(f"route add {link.address} via 169.254.{n}.2 dev d{n}")
        # A line's far end exists only after its near site was built.
        for link in fabric.links.values():
            n = self._numbers[link.slug]
            near, far = self._sites(fabric, link)
            if list(commands).index(near) > list(commands).index(far):
                raise OSError(f"{link.slug}: {far} must be listed after {near}")
            commands[far] += [f"addr add 169.254.{n}.2/30 dev u{n}", f"link set u{n} up"]
            if link.address:
                # Answers of this address leave over the line they came by, whichever is in use.
                commands[far] += [
                    f"addr add {link.address}/32 dev u{n}",
                    f"rule add from {link.address} lookup {_TABLES + n}",
                    self._own_way(n),
                ]
        # Else a cut below a hub would send its packets up the default route, in a circle.
        for gateway, prefixes in self._below.items():
            commands[fabric.devices[gateway].site] += [
                f"route add unreachable {prefix} metric 4000" for prefix in prefixes
            ]
        return commands

    def _own_way(self, n: int) -> str:
        return f"route replace default via 169.254.{n}.1 dev u{n} onlink table {_TABLES + n}"

    def _join_platform(self, fabric: Fabric) -> None:
        center = next(iter(fabric.sites))
        network, space = _network(fabric), self._spaces[center]
        ip_batch(
            [
                f"link add eth0 type veth peer name nms netns {path_of(space)}",
                f"addr add {network}.255.{PLATFORM}/30 dev eth0",
                "link set eth0 up",
            ]
        )
        ip_batch([f"addr add {network}.255.{PLATFORM - 1}/30 dev nms", "link set nms up"], space)
        ip_batch([f"route add {network}.0.0/16 via {network}.255.{PLATFORM - 1}"])

    def _sites(self, fabric: Fabric, link: Link) -> tuple[str, str]:
        return fabric.devices[link.near].site, fabric.devices[link.far].site

    def _route(self, fabric: Fabric, line: str, batches: dict[str, list[str]]) -> None:
        """Add the commands that lead the traffic of a far device over a line, by site."""
        link, n = fabric.links[line], self._numbers[line]
        near, far = self._sites(fabric, link)
        batches[near] += [
            f"route replace {prefix} via 169.254.{n}.2 dev d{n} onlink"
            for prefix in self._below[link.far]
        ]
        source = fabric.devices[link.far].address
        batches[far].append(f"route replace default via 169.254.{n}.1 dev u{n} onlink src {source}")

    def _run(self, batches: dict[str, list[str]]) -> None:
        for site, lines in batches.items():
            if lines:
                ip_batch(lines, self._spaces[site])

    def apply(self, world: World) -> None:
        """Change what differs from the world before."""
        before = self._world or World(world.fabric)
        self._world = world
        batches: dict[str, list[str]] = defaultdict(list)
        self._set_ports(before, world, batches)
        for far in self._ways:
            way = world.way(far)
            if way is None or way[0] is None or way[0] == self._ways[far]:
                continue
            if way[0] not in world.cuts:  # else no way is alive, and a dead port takes no route
                self._ways[far] = way[0]
                self._route(world.fabric, way[0], batches)
        self._run(batches)
        for site, space in self._spaces.items():
            rules = self._rules_of(world, site)
            if rules != self._rules.get(site, ""):
                with inside(space):
                    run(["nft", "-f", "-"], _EMPTY + rules)
                self._rules[site] = rules
        for line in world.impairments.keys() | self._delayers.keys():
            self._delay(world, line, world.impairments.get(line))

    def _set_ports(self, before: World, world: World, batches: dict[str, list[str]]) -> None:
        fabric = world.fabric
        for line in before.cuts.keys() | world.cuts.keys():
            if line not in fabric.links:
                continue
            old, new = (w.cuts[line].how if line in w.cuts else None for w in (before, world))
            link, n = fabric.links[line], self._numbers[line]
            near, far = self._sites(fabric, link)
            for site, port, how in ((near, f"d{n}", How.ADMIN), (far, f"u{n}", How.FAR)):
                if (old is how) != (new is how):
                    batches[site].append(f"link set {port} {'down' if new is how else 'up'}")
            if old in (How.ADMIN, How.FAR) and new is None:
                # What went with the port comes back; a stale neighbour would cost half a second.
                batches[near].append(f"neigh flush dev d{n}")
                if link.address:
                    batches[near].append(
                        f"route replace {link.address} via 169.254.{n}.2 dev d{n} onlink"
                    )
                    batches[far].append(self._own_way(n))
                if self._ways[link.far] == line:
                    self._route(fabric, line, batches)

    def _rules_of(self, world: World, site: str) -> str:
        """Return the rules of a site's namespace: broken lines below it, devices that are off."""
        fabric = world.fabric
        inward, outward = [], []
        for line in (world.cuts.keys() | world.impairments.keys()) & fabric.links.keys():
            if fabric.devices[fabric.links[line].near].site != site:
                continue
            n = self._numbers[line]
            cut, bad = world.cuts.get(line), world.impairments.get(line)
            if cut and cut.how in _BROKEN:
                inward.append(f"iifname d{n} drop")
            if cut and cut.how is How.BLACKHOLE:
                outward.append(f"oifname d{n} drop")
            if bad and bad.loss:
                share = round(bad.loss * 10_000)
                outward.append(f"oifname d{n} numgen random mod 10000 < {share} drop")
        dark_in, dark_out = self._off(world, site)
        inward, outward = sorted(dark_in) + sorted(inward), sorted(dark_out) + sorted(outward)
        if not inward and not outward:
            return ""
        return "\n".join(
            (
                "table ip lab {",
                "  chain inward {",
                "    type filter hook prerouting priority -300;",
                *(f"    {rule}" for rule in inward),
                "  }",
                "  chain outward {",
                "    type filter hook postrouting priority 300;",
                *(f"    {rule}" for rule in outward),
                "  }",
                "}\n",
            )
        )

    def _off(self, world: World, site: str) -> tuple[list[str], list[str]]:
        """Return rules (inward, outward) for the devices of a site that are off."""
        fabric = world.fabric
        off = {t for t in world.cuts if t in fabric.devices and fabric.devices[t].site == site}
        if not off:
            return [], []
        here = [d for d in fabric.devices.values() if d.site == site and d.slug in world.silent]
        ends = {f"d{self._numbers[k.slug]}" for k in fabric.links.values() if k.near in off}
        ends |= {f"u{self._numbers[k.slug]}" for k in fabric.links.values() if k.far in off}
        inward = [f"ip daddr {device.address} drop" for device in here]
        inward += [f"iifname {end} drop" for end in ends]
        return inward, [f"oifname {end} drop" for end in ends]

    def _delay(self, world: World, line: str, bad: Impairment | None) -> None:
        n = self._numbers[line]
        if line not in self._delayers:
            if bad is None or not bad.delay:
                return
            site = world.fabric.devices[world.fabric.links[line].near].site
            self._delayers[line] = Delayer(
                "POSTROUTING", ("-o", f"d{n}"), queue=n + 1, namespace=self._spaces[site]
            )
        marks = {0: Quality(0.0, bad.delay, bad.jitter)} if bad else {}
        self._delayers[line].use(marks)

    def rooms(self) -> Iterator[Room]:
        """Return the namespace of every site."""
        fabric = self._world.fabric if self._world else None
        for site, space in self._spaces.items():
            devices = fabric.devices.values() if fabric else ()
            yield Room(space, tuple(d.address for d in devices if d.site == site))

    def stop(self) -> None:
        """Close the delay queues; all else ends with the process."""
        for delayer in self._delayers.values():
            delayer.close()


def _network(fabric: Fabric) -> str:
    """Return the first two parts of every address: `10.75`."""
    return ".".join(next(iter(fabric.devices.values())).address.split(".")[:2])


def _prefixes(fabric: Fabric, device: str) -> tuple[str, ...]:
    """Return the /24 networks of a device's site and of all sites behind it."""
    behind = fabric.behind(device)
    nets = {fabric.devices[d].address.rsplit(".", 1)[0] for d in behind}
    return tuple(f"{net}.0/24" for net in sorted(nets))
