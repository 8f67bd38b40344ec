"""Who asks?"""

from fastapi import APIRouter

from api.door import Viewer, csrf_token
from api.v1.shapes import MeOut

router = APIRouter(prefix="/api/v1", tags=["me"])


@router.get("/me", summary="Who am I?")
async def me(asker: Viewer) -> MeOut:
    """Return the asker's name, role and, for a session, the CSRF token."""
    return MeOut(
        name=asker.name,
        full_name=asker.shown,
        role=asker.role,
        by=asker.by,
        csrf=csrf_token(asker.seed) if asker.by == "session" else None,
    )
