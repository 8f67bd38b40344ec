"""Where the providers of channels hand over what people answered."""

from fastapi import APIRouter, Request
from starlette.responses import Response

from api.door import Ctx
from api.errors import Refused
from api.guard import client_address
from core.channel import NotTheirs, Posted

router = APIRouter(prefix="/api/v1/answers", tags=["answers"])
MOST, SECONDS = 120, 60.0  # requests from one address
LONGEST = 65536  # bytes of a request


@router.post(
    "/{channel}",
    summary="An answer, from the provider of a channel",
    response_class=Response,
    responses={200: {"content": {"application/json": {}}}},
)
async def hear(request: Request, context: Ctx, channel: str) -> Response:
    """Take what a provider posts; it proves itself in its own way. 403 otherwise.

    A channel that does not take answers is unknown here: 404.
    """
    address = client_address(request, context.settings.proxies)
    if not request.app.state.answers_pace.allows(address):
        raise Refused(429, headers={"retry-after": str(int(SECONDS))})
    if context.hear is None:
        raise Refused(404)
    body = await request.body()
    if len(body) > LONGEST:
        raise Refused(413)
    posted = Posted(body, dict(request.headers), dict(request.query_params))
    try:
        said = await context.hear(channel, posted)
    except LookupError:
        raise Refused(404) from None
    except NotTheirs:
        raise Refused(403) from None
    return Response(said, media_type="application/json")
