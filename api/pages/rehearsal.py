"""The page of rehearsals: what would have been told of last month, or would be of a storm."""

from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Form, Request
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response

from alerts.reasons import REASON
from alerts.rehearsed import Rehearsed, Said
from alerts.rehearsed_words import as_object, people, summary
from api.context import Wish
from api.door import Asker, Ctx, Operator
from api.errands import Errand, Errands
from api.errors import Refused, sentences
from api.snapshot import Picture
from api.words import REHEARSED
from core.model import Model
from core.text import Text, nfc

router = APIRouter(include_in_schema=False)
MOST_INCIDENTS = 200  # shown; the JSON has all
MOST_MESSAGES = 200  # shown of one person
MOST_NIGHTS = 31
BUSY = Text(
    "Đang có nhiều lần diễn tập chạy dở, vui lòng đợi một lần xong",
    "Several rehearsals are under way, please wait until one is done",
)
Kind = Literal["month", "uplink", "carrier", "all", "script"]


class Entry(Model):
    """The form as it was filled in, shown again with the answer."""

    kind: Kind = "month"
    month: str = ""
    name: str = ""
    on: str = ""
    script: str = ""

    @property
    def wish(self) -> Wish:
        """Return what is meant."""
        if self.kind == "month":
            return Wish(month=self.month)
        if self.kind == "script":
            return Wish(script=self.script, on=self.on)
        return Wish(storm=f"{self.kind}:{self.name}" if self.name else self.kind, on=self.on)


def _entry(
    *,
    kind: Annotated[Kind, Form()] = "month",
    month: Annotated[str, Form(max_length=10)] = "",
    name: Annotated[str, Form(max_length=200)] = "",
    on: Annotated[str, Form(max_length=10)] = "",
    script: Annotated[str, Form(max_length=70_000)] = "",
) -> Entry:
    return Entry(kind=kind, month=month, name=nfc(name.strip()), on=on, script=nfc(script))


@router.get("/rehearsal")
async def form(request: Request, asker: Operator) -> HTMLResponse:
    """Show the form."""
    return await _page(request, asker, Entry())


@router.post("/rehearsal")
async def begin(
    request: Request, context: Ctx, asker: Operator, entry: Annotated[Entry, Depends(_entry)]
) -> Response:
    """Begin a rehearsal, and lead to where it is shown."""
    if context.rehearse is None:
        raise Refused(404)
    rehearse = context.rehearse
    shelf: Errands[Rehearsed] = request.app.state.rehearsals
    wish = entry.wish
    token = shelf.begin(asker.name, lambda told: rehearse(wish, told))
    return RedirectResponse(f"/rehearsal/{token}", 303)


@router.get("/rehearsal/{token}")
async def shown(request: Request, asker: Operator, token: str) -> Response:
    """Show how far a rehearsal has come, or what came of it."""
    job = _job(request, asker, token)
    if job is None:
        return RedirectResponse("/rehearsal", 303)
    if job.refused is not None:
        return await _page(request, asker, Entry(), refusals=sentences(job.refused))
    return await _page(request, asker, Entry(), job=job, token=token)


@router.get("/rehearsal/{token}/json")
async def whole(request: Request, asker: Operator, token: str) -> JSONResponse:
    """Return all of a rehearsal as a file."""
    job = _job(request, asker, token)
    if job is None or job.found is None:
        raise Refused(404)
    language = request.app.state.pages.language(request)
    name = f'attachment; filename="rehearsal-{job.found.begin:%Y%m%d}.json"'
    return JSONResponse(as_object(job.found, language), headers={"content-disposition": name})


def _job(request: Request, asker: Asker, token: str) -> Errand[Rehearsed] | None:
    shelf: Errands[Rehearsed] = request.app.state.rehearsals
    return shelf.of(token, asker.name)


async def _page(
    request: Request,
    asker: Asker,
    entry: Entry,
    *,
    job: Errand[Rehearsed] | None = None,
    token: str = "",
    refusals: tuple[Text, ...] = (),
) -> HTMLResponse:
    picture: Picture = await request.app.state.pictures.now()
    found = job.found if job is not None else None
    said: dict[str, list[Said]] = {}
    for one in found.said if found is not None else ():
        said.setdefault(one.recipient, []).append(one)
    nights = sorted(
        found.tally.nights.values() if found is not None else (),
        key=lambda night: (-len(night.woken), -night.messages, night.evening),
    )
    page: HTMLResponse = request.app.state.pages.render(
        request,
        "rehearsal.html",
        asker,
        picture=picture,
        entry=entry,
        refusals=refusals,
        job=job,
        token=token,
        found=found,
        sentences=summary(found) if found is not None else [],
        people=people(found) if found is not None else [],
        nights=[night for night in nights if night.woken or night.left_in_peace][:MOST_NIGHTS],
        said=said,
        why=REHEARSED,
        reason=REASON,
        most=MOST_MESSAGES,
        most_incidents=MOST_INCIDENTS,
        carriers=sorted({t.carrier for t in picture.targets.values() if t.carrier}),
        hubs=[t for t in picture.targets.values() if t.kind.value == "site" and t.role == "hub"],
    )
    return page
