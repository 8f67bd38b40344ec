"""Contacts: who is told, by which numbers and addresses, and what is proven of them."""

from collections.abc import Mapping
from datetime import datetime
from typing import Literal

from fastapi import APIRouter, Request
from pydantic import BaseModel, Field

from api.door import Ctx, Viewer
from api.snapshot import Picture
from core.inventory import Contact
from core.proof import Standing
from core.text import vietnamese_order

router = APIRouter(prefix="/api/v1/contacts", tags=["contacts"])


class AddressOut(BaseModel):
    """A telephone number or an e-mail address of a contact."""

    kind: Literal["phone", "email"]
    address: str
    proven_at: datetime | None = Field(
        description="The first time that something came back from there; null: not proven."
    )
    asked_at: datetime | None = Field(description="The last time that a code went there.")
    waiting: bool = Field(description="A code may still be given back.")


class ContactOut(BaseModel):
    """A person who is told."""

    slug: str
    name: str
    language: str = Field(description="vi or en.")
    unit: str | None = Field(description="Told of this unit alone; null: of everything.")
    quiet: str | None = Field(description="Calendar of hours with critical incidents alone.")
    addresses: list[AddressOut] = Field(description="Empty: nobody can be told.")


@router.get("", summary="Who is told, and what is proven")
async def contacts(request: Request, context: Ctx, asker: Viewer) -> list[ContactOut]:
    """Return everybody who is told today, by name."""
    picture: Picture = await request.app.state.pictures.now()
    people = sorted(picture.contacts.values(), key=lambda c: vietnamese_order(c.name))
    standing = await context.ledger.proofs.standing(people, context.clock.now())
    return [
        ContactOut(
            slug=one.slug,
            name=one.name,
            language=one.language,
            unit=one.unit,
            quiet=one.quiet,
            addresses=_addresses(one, standing),
        )
        for one in people
    ]


def _addresses(contact: Contact, standing: Mapping[tuple[str, str], Standing]) -> list[AddressOut]:
    kinds: tuple[tuple[Literal["phone", "email"], str | None], ...] = (
        ("phone", contact.phone),
        ("email", contact.email),
    )
    return [
        AddressOut(
            kind=kind,
            address=address,
            proven_at=known.proven_at,
            asked_at=known.asked_at,
            waiting=known.waiting,
        )
        for kind, address in kinds
        if address and (known := standing[contact.slug, address])
    ]
