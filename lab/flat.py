"""One namespace with every address of the province: what is cut is dropped, for every protocol.

Light enough for the demo (no routing, no interface but lo) and true to the prober: silence is
silence, a shut port answers "net unreachable", a dead far end "host unreachable".
"""

from collections import defaultdict
from collections.abc import Iterator

from core.text import Text
from lab.delay import Delayer
from lab.fabric import Fabric
from lab.furnishing import PLATFORM
from lab.namespaces import allow_ping, enter_new, ip_batch, run
from lab.network import Kind, Ports, Room
from lab.world import How, Quality, World

_REFUSALS = {How.ADMIN: "net-unreachable", How.FAR: "host-unreachable", How.OFF: "host-unreachable"}
_EMPTY = "add table ip lab\ndelete table ip lab\n"  # in one transaction with what follows


class FlatNetwork:
    """Many addresses in one namespace with nft drops."""

    kind = Kind.FLAT
    ports = Ports()
    notes: tuple[Text, ...] = ()

    def __init__(self) -> None:
        self._addresses: tuple[str, ...] = ()
        self._delayer = Delayer("PREROUTING", ("-m", "mark", "!", "--mark", "0"))
        self._rules = ""

    def start(self, fabric: Fabric) -> None:
        """Enter a namespace and give it every address. Raises NoNamespaces, OSError."""
        enter_new()
        lines = [link.address for link in fabric.links.values() if link.address]
        self._addresses = (*(d.address for d in fabric.devices.values()), *lines)
        network = self._addresses[0].split(".")[1]
        platform = f"10.{network}.255.{PLATFORM}"
        ip_batch(
            [
                f"addr add {platform}/32 dev lo",
                *(f"route add local {a} dev lo src {platform}" for a in self._addresses),
            ]
        )
        allow_ping()
        self.apply(World(fabric))

    def apply(self, world: World) -> None:
        """Replace all rules at once."""
        rules, marks = rules_of(world)
        self._delayer.use(marks)
        if rules != self._rules:
            run(["nft", "-f", "-"], rules)
            self._rules = rules

    def rooms(self) -> Iterator[Room]:
        """Return the one room there is."""
        yield Room(None, self._addresses)

    def stop(self) -> None:
        """Close the delay queue; the namespace ends with the process."""
        self._delayer.close()


def rules_of(world: World) -> tuple[str, dict[int, Quality]]:
    """Return the nft rules that make packets follow a world, and what each mark stands for."""
    refused, slow = _sorted_out(world)
    before, marks = [], {}
    silent = refused.pop("", None)
    if silent:
        before.append(f"ip daddr {{ {', '.join(silent)} }} drop")
    for number, (quality, addresses) in enumerate(slow.items(), 1):
        chosen = f"ip daddr {{ {', '.join(addresses)} }}"
        if quality.loss:
            share = round(quality.loss * 10_000)
            before.append(f"{chosen} numgen random mod 10000 < {share} drop")
        if quality.delay:
            before.append(f"{chosen} meta mark set {number}")
            marks[number] = quality
    after = [
        f"ip daddr {{ {', '.join(addresses)} }} reject with icmp type {answer}"
        for answer, addresses in refused.items()
    ]
    return _EMPTY + _table(before, after), marks


def _sorted_out(world: World) -> tuple[dict[str, list[str]], dict[Quality, list[str]]]:
    """Return addresses by how they refuse ("" = by silence), and addresses by quality."""
    refused: dict[str, list[str]] = defaultdict(list)
    slow: dict[Quality, list[str]] = defaultdict(list)
    for slug, device in world.fabric.devices.items():
        cut = world.blocker(slug)
        if cut is not None:
            refused[_REFUSALS.get(cut.how, "")].append(device.address)
        elif (quality := world.quality(slug)) != Quality():
            slow[quality].append(device.address)
    for link in world.fabric.links.values():
        if link.address and not world.answers_over(link):
            refused[""].append(link.address)
        elif link.address and (bad := world.impairments.get(link.slug)):
            slow[Quality(bad.loss, bad.delay, bad.jitter)].append(link.address)
    return refused, slow


def _table(before: list[str], after: list[str]) -> str:
    # Drops stand in prerouting, not in output, where sending itself would be refused.
    return "\n".join(
        (
            "table ip lab {",
            "  chain before {",
            "    type filter hook prerouting priority -300;",
            *(f"    {rule}" for rule in before),
            "  }",
            "  chain after {",
            "    type filter hook input priority 0;",
            *(f"    {rule}" for rule in after),
            "  }",
            "}\n",
        )
    )
