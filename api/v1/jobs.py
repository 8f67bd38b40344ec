"""Jobs that tell how they ended: a backup script calls once when it is done, well or ill.

Everything stands in the address, so that one line of curl or PowerShell is enough.
"""

from datetime import datetime
from typing import Annotated, Literal

from fastapi import APIRouter, Header, Query, Request
from pydantic import BaseModel, ConfigDict

from api.door import Ctx, Viewer
from api.errors import Refused
from api.guard import client_address

router = APIRouter(prefix="/api/v1/jobs", tags=["jobs"])
MOST, SECONDS = 120, 60.0  # requests from one address: jobs begin at full hours
_BEARER = "bearer "


class JobOut(BaseModel):
    """A job that may speak, and its last word."""

    model_config = ConfigDict(from_attributes=True)

    name: str
    at: datetime | None
    good: bool | None
    good_at: datetime | None
    size: int | None
    size_before: int | None
    duration: float | None
    detail: str


class HeardOut(BaseModel):
    """That a word was kept."""

    heard: Literal[True] = True


@router.get("", summary="Jobs that tell how they ended")
async def jobs(context: Ctx, asker: Viewer) -> list[JobOut]:
    """Return every job and its last word, by name."""
    return [JobOut.model_validate(job) for job in await context.ledger.jobs.known()]


@router.post("/{name}", summary="A job tells how it ended (its own token)")
async def hear(
    request: Request,
    context: Ctx,
    name: str,
    *,
    ended: Annotated[Literal["well", "ill"], Query(description="How it ended.")],
    size: Annotated[int | None, Query(ge=0, le=2**62, description="Bytes that it wrote.")] = None,
    duration: Annotated[
        float | None, Query(ge=0, le=1e9, description="How long it took, seconds.")
    ] = None,
    detail: Annotated[str, Query(max_length=200, description="In a few words.")] = "",
    authorization: Annotated[str, Header(max_length=200)] = "",
) -> HeardOut:
    """Keep how a job ended. 403 unless the token is this job's own."""
    address = client_address(request, context.settings.proxies)
    if not request.app.state.jobs_pace.allows(address):
        raise Refused(429, headers={"retry-after": str(int(SECONDS))})
    scheme, token = authorization[: len(_BEARER)].lower(), authorization[len(_BEARER) :].strip()
    if scheme != _BEARER or not await context.ledger.jobs.may_speak(name, token):
        raise Refused(403)
    await context.ledger.jobs.hear(
        name,
        context.clock.now(),
        good=ended == "well",
        size=size,
        duration=duration,
        detail=detail,
    )
    return HeardOut()
