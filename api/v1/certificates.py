"""Digital certificates, next to end first."""

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict, Field

from api.certificates import found
from api.door import Ctx, Viewer
from core.clock import LOCAL
from inventory.expiry import Ending

router = APIRouter(prefix="/api/v1/certificates", tags=["certificates"])


class CertificateOut(BaseModel):
    """A certificate and how long it may still be used."""

    model_config = ConfigDict(from_attributes=True)

    slug: str
    name: str
    kind: str
    serial: str
    issuer: str | None
    begins: date | None
    ends: date
    unit: str | None
    organisation: str | None
    contact: str | None
    note: str | None
    days_left: int = Field(description="Below 0: it has ended.")


@router.get("", summary="Digital certificates, next to end first")
async def certificates(
    context: Ctx,
    asker: Viewer,
    within: Annotated[
        int | None, Query(ge=0, le=3650, description="Those that end within so many days.")
    ] = None,
) -> list[CertificateOut]:
    """Return certificates that the inventory knows today."""
    today = context.clock.now().astimezone(LOCAL).date()
    return [_out(one) for one in await found(context.ledger, today, within)]


def _out(one: Ending) -> CertificateOut:
    return CertificateOut(
        **one.certificate.model_dump(exclude={"valid_from", "valid_to"}), days_left=one.left
    )
