"""What jobs say of how they ended; filled by the platform that hears them, read by our checks."""

from collections.abc import Iterable, Mapping
from datetime import datetime

from collectors._backup.files import File, findings
from collectors._backup.params import Params
from core.clock import LOCAL
from core.collector import Kit
from core.job import Job

_NAME = "job_words"


class JobWords:
    """The last word of each job; `heard` is None where nobody hears jobs (on an agent)."""

    def __init__(self) -> None:
        self.heard: Mapping[str, Job] | None = None

    def take(self, jobs: Iterable[Job]) -> list[str]:
        """Know these jobs and no others; return those that have said something new."""
        before, self.heard = self.heard or {}, {job.name: job for job in jobs}
        return [name for name, job in self.heard.items() if before.get(name) != job]

    async def aclose(self) -> None:
        """Forget everything."""
        self.heard = None


def words_of(kit: Kit) -> JobWords:
    """Return the kit's engine."""
    engine = kit.engine(_NAME, lambda _: JobWords())
    if not isinstance(engine, JobWords):
        raise TypeError(f"the kit's engine {_NAME!r} is something else")
    return engine


def of_job(job: Job, params: Params, now: datetime) -> list[str]:
    """Return what is wrong with the word of a job: that it ended ill, or is late, or small."""
    found = []
    if job.good is False and job.at is not None:
        why = f": {job.detail}" if job.detail else ""
        at = f"{job.at.astimezone(LOCAL):%H:%M %d/%m/%Y}"
        found.append(f"{job.name} ended ill at {at}{why}")
    if job.good_at is None:
        return found or [f"{job.name} has not told yet that it ended well"]
    if job.size is None:
        params = params.model_copy(update={"min_bytes": 0, "min_share": None})
    good = job.good_at.timestamp()
    files = [File(job.name, good, job.size or 0), File(job.name, good, job.size_before or 0)]
    return found + findings(files, params, now.timestamp())
