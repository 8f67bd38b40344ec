"""Jobs that tell the platform how they ended: backups, exports, whatever runs by itself."""

from datetime import datetime

from pydantic import AwareDatetime

from core.model import Line, Model, Slug


class Job(Model):
    """A job that may speak, and its last word. Sizes in bytes, `duration` in seconds.

    `good_at` is when it last ended well; `size` and `size_before` are of the last two such ends.
    """

    name: Slug
    by: str
    created_at: AwareDatetime
    at: datetime | None = None
    good: bool | None = None
    good_at: datetime | None = None
    size: int | None = None
    size_before: int | None = None
    duration: float | None = None
    detail: Line = ""
