"""What devices say of themselves: traps, informs and syslog, for programs."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Query, Request
from pydantic import AwareDatetime, BaseModel, Field

from api import remarks
from api.door import Ctx, Viewer
from api.listing import cursor_after
from api.snapshot import Picture
from core.remark import GRAVEST, MILDEST, Remark, Via

router = APIRouter(prefix="/api/v1/heard", tags=["heard"])


class RemarkOut(BaseModel):
    """One thing that a device said, `count` times between `at` and `last_at`."""

    id: int
    at: datetime
    last_at: datetime
    device: str = Field(description="The target whose address it came from.")
    site: str | None
    address: str
    via: Via
    severity: int = Field(description="As syslog has it: 0 emergency … 7 debug.")
    kind: str = Field(
        description="A trap's object identifier, a syslog line's program or mnemonic; "
        "`thongsuot.dropped`: `count` remarks were too many to keep."
    )
    text: str
    means: str = Field(description="What a known trap means, in Vietnamese.")
    means_en: str
    count: int


class RemarkPageOut(BaseModel):
    """Some remarks, newest first, and the cursor of the next page."""

    items: list[RemarkOut]
    next: str | None


def remark_out(one: Remark) -> RemarkOut:
    """Return a remark as the interface shows it."""
    return RemarkOut.model_validate(one, from_attributes=True)


@router.get("", summary="What devices have said")
async def heard(
    request: Request,
    context: Ctx,
    asker: Viewer,
    *,
    q: Annotated[str, Query(max_length=100, description="Words that are all in it.")] = "",
    unit: Annotated[str, Query(max_length=63, description="Within this unit.")] = "",
    target: Annotated[
        str, Query(max_length=63, description="Of this device, site, link or room.")
    ] = "",
    severity: Annotated[
        int | None, Query(ge=GRAVEST, le=MILDEST, description="So grave or graver.")
    ] = None,
    begin: Annotated[AwareDatetime | None, Query(description="Said at or after.")] = None,
    end: Annotated[AwareDatetime | None, Query(description="Said before.")] = None,
    limit: Annotated[int, Query(ge=1, le=1000, description="Rows of a page.")] = 100,
    cursor: Annotated[str | None, Query(max_length=100)] = None,
) -> RemarkPageOut:
    """Return traps and syslog lines of watched devices, newest first.

    Words are searched without regard to diacritics, in what was said and in the names of devices.
    """
    picture: Picture = await request.app.state.pictures.now()
    found = await context.ledger.remarks.find(
        remarks.wanted(
            picture,
            unit=unit,
            target=target,
            words=q,
            severity=severity,
            begin=begin,
            end=end,
        ),
        limit,
        remarks.before_of(cursor),
    )
    return RemarkPageOut(
        items=[remark_out(one) for one in found.items],
        next=cursor_after(str(found.before)) if found.before is not None else None,
    )
