"""What the slugs of a table mean: the names that people gave, in the tables that people read."""

from collections.abc import Mapping
from dataclasses import dataclass

from alerts.topology import Topology
from alerts.wording import named
from core.clock import LOCAL, SystemClock
from core.text import Language
from inventory.compiled import LookingDefaults, compile_estate
from storage.ledger import Ledger


@dataclass(frozen=True, slots=True)
class Called:
    """Targets, contacts and accounts by what they are called; a stranger keeps its slug."""

    topology: Topology
    people: Mapping[str, str]
    language: Language

    def target(self, slug: str) -> str:
        """Return the name of a target."""
        return named(self.topology.targets.get(slug), slug, self.language)

    def person(self, slug: str) -> str:
        """Return the name of a contact or of an account's person."""
        return self.people.get(slug, slug)


async def called(ledger: Ledger, language: Language) -> Called:
    """Return what is called how today."""
    today = SystemClock().now().astimezone(LOCAL).date()
    inventory = await ledger.inventory.load(today)
    people = {user.name: user.full_name for user in await ledger.people.users()}
    people |= {contact.slug: contact.name for contact in inventory.contacts}
    estate = compile_estate(inventory, today, LookingDefaults())
    return Called(Topology(estate), people, language)
