"""What we know of one SNMP agent: where it is, how we get in, how it likes to be asked."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from collectors._net.channel import Channel, Sockaddr
from collectors._snmp import ber, message
from collectors._snmp.layout import Layout
from collectors._snmp.session import Session
from core.reading import Failure, FailureKind

if TYPE_CHECKING:
    from collectors._snmp.ber import Value

GROUP = 50  # names per GET: with 64-bit counters the reply just fits an Ethernet frame
ENVELOPE = 6  # names fewer in version 3, whose envelope takes their room
FEW = 12  # names or rows that nearly every agent can be asked for at once
LEAST = 6  # that an agent is asked for which has no answer to more


class Trouble(Exception):
    """A request that brought nothing; `failure` says why.

    `name`: the one object that the agent refuses, where it is one and the others may be had.
    """

    def __init__(self, kind: FailureKind, detail: str, name: str = "") -> None:
        super().__init__(detail)
        self.failure = Failure(kind, detail)
        self.name = name


@dataclass(frozen=True, slots=True)
class Patience:
    """How long to wait for a reply, in seconds, and how often to ask again."""

    wait: float = 2.0
    retries: int = 1


class Plan:
    """A list of names to ask for, encoded once and cut into requests; devices share it."""

    def __init__(self, oids: Sequence[str]) -> None:
        """Encode the names; ValueError if one is no object identifier."""
        self.oids = tuple(oids)
        self.heads = tuple(ber.oid(oid) for oid in oids)
        self._asks: dict[tuple[bytes, int, int], message.Ask] = {}

    def ask(self, community: bytes, begin: int, end: int) -> message.Ask:
        """Return the GET of `oids[begin:end]`."""
        key = (community, begin, end)
        if key not in self._asks:
            self._asks[key] = message.get(community, self.heads[begin:end])
        return self._asks[key]


@dataclass(slots=True, eq=False)
class Leg:
    """One request of a route, and the form of its replies once that is learned."""

    ask: message.Ask
    begin: int = 0
    end: int = 0
    layout: Layout | None = None


@dataclass(slots=True)
class Route:
    """The requests that bring a plan from one agent, in order."""

    plan: Plan
    legs: list[Leg]


@dataclass(slots=True, eq=False)
class Agent:
    """An SNMP agent at one address. Kept by the engine between polls.

    With a `session` it is asked by version 3, and its community is empty.
    """

    channel: Channel
    sockaddr: Sockaddr
    community: bytes
    session: Session | None = None
    group: int = GROUP  # halved when the agent says tooBig, or has no answer to so many
    repetitions: int = 25  # likewise
    heard: bool = False  # has answered, and has not been silent ever since
    routes: dict[Plan, Route] = field(default_factory=dict)

    def route(self, plan: Plan) -> Route:
        """Return the route of a plan, with what was learned on it."""
        route = self.routes.get(plan)
        if route is None:
            ends = range(0, len(plan.heads), self.group)
            legs = [self._leg(plan, at, min(at + self.group, len(plan.heads))) for at in ends]
            route = self.routes[plan] = Route(plan, legs)
        return route

    def forget(self, plan: Plan) -> None:
        """Drop what was learned for a plan that will not be asked again."""
        self.routes.pop(plan, None)

    def ask_less(self) -> bool:
        """Ask for half as many names at once from now on; False if they are few already."""
        if self.group <= LEAST:
            return False
        self.group = max(LEAST, self.group // 2)
        self.routes.clear()
        return True

    def walk_less(self, least: int = 1) -> bool:
        """Ask for a quarter of the rows at once from now on; False if they are few already."""
        if self.repetitions <= least:
            return False
        self.repetitions = max(least, self.repetitions // 4)
        return True

    def split(self, route: Route, place: int) -> bool:
        """Halve a leg whose reply was too big; False if it asks for a single name."""
        leg = route.legs[place]
        size = leg.end - leg.begin
        if size == 1:
            return False
        middle = leg.begin + (size + 1) // 2
        route.legs[place : place + 1] = [
            self._leg(route.plan, leg.begin, middle),
            self._leg(route.plan, middle, leg.end),
        ]
        self.group = min(self.group, (size + 1) // 2)
        return True

    def _leg(self, plan: Plan, begin: int, end: int) -> Leg:
        return Leg(plan.ask(self.community, begin, end), begin, end)


@dataclass(slots=True)
class Walk:
    """What a walk brought: (numbers after the root, value) of each row.

    `stopped` names why it ended before the end of the subtree, None if it did not.
    """

    rows: list[tuple[tuple[int, ...], "Value"]] = field(default_factory=list)
    stopped: str | None = None
