"""Where equipment may say that something has changed with it: then it is looked at at once."""

from fastapi import APIRouter, Request
from starlette.responses import Response

from api.door import Ctx
from api.errors import Refused
from api.guard import client_address

router = APIRouter(prefix="/api/v1/hints", tags=["hints"])
MOST, SECONDS = 120, 60.0  # requests from one address


@router.post(
    "/{device}/{token}",
    summary="A device says that something has changed with it",
    status_code=204,
    response_class=Response,
)
async def take(request: Request, context: Ctx, device: str, token: str) -> Response:
    """Bring the device's checks forward, at most once in ten seconds; what it posts is not read.

    404 unless the address is one that this hub gave out (`thongsuot hint-address`).
    """
    address = client_address(request, context.settings.proxies)
    if not request.app.state.hints_pace.allows(address):
        raise Refused(429, headers={"retry-after": str(int(SECONDS))})
    if context.hint is None or not context.hint(device, token):
        raise Refused(404)
    return Response(status_code=204)


@router.get(
    "/{device}/{token}",
    summary="The same, from devices that can only fetch an address",
    status_code=204,
    response_class=Response,
)
async def take_by_get(request: Request, context: Ctx, device: str, token: str) -> Response:
    """Bring the device's checks forward, as POST does."""
    return await take(request, context, device, token)
