"""What a carrier is to be told of an incident, and by whom it can be rung back."""

import asyncio
from dataclasses import dataclass

from alerts.carrier import Caller, carriers, report
from api.door import Asker
from api.snapshot import Picture
from core.incident import Incident
from core.text import Language


@dataclass(frozen=True, slots=True)
class Draft:
    """The text for one carrier."""

    carrier: str
    text: str


async def drafts(
    picture: Picture, incident: Incident, asker: Asker, language: Language
) -> list[Draft]:
    """Return a text for every carrier that an incident may be a matter of."""
    concerned = carriers(incident, picture.targets)
    if not concerned:
        return []
    topology = await asyncio.to_thread(lambda: picture.ground.topology)
    who = _caller(picture, asker)
    return [Draft(one, report(incident, one, topology, who, language)) for one in concerned]


def _caller(picture: Picture, asker: Asker) -> Caller:
    user = picture.users.get(asker.name)
    slug = user.contact if user is not None and user.contact else asker.name
    contact = picture.contacts.get(slug)
    name = picture.person(asker.name)
    return Caller(name, contact.phone, contact.email) if contact is not None else Caller(name)
