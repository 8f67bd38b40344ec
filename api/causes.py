"""What caused an incident: what people chose, or what a form may offer them to begin with."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from api.context import Context
from core.errors import Invalid, Problem
from core.finding import FAULT, Category, Fault, Finding
from core.incident import Incident
from core.text import Text, nfc
from core.ticket import Ticket
from storage.findings import Stated

_BY_SIGN = {"mains_suspected": "power", "port_admin_down": "configuration"}
_OF_A_CARRIER = "carrier-cable"


@dataclass(frozen=True, slots=True)
class Proposal:
    """What a form begins with; empty where nothing suggests anything."""

    category: str = ""
    fault: str = ""
    text: str = ""


def proposed(incident: Incident, finding: Finding | None, tickets: Sequence[Ticket]) -> Proposal:
    """Return what was said before, else what the carrier or the signs of the incident say."""
    if finding is not None:
        return Proposal(finding.category, finding.fault, finding.text)
    told = next((ticket for ticket in reversed(tickets) if ticket.why), None)
    if told is not None:
        return Proposal(_OF_A_CARRIER, text=f"{told.carrier}: {told.why}")
    return Proposal(_BY_SIGN.get(incident.cause, ""))


def stated(  # noqa: PLR0917  (the fields of a form)
    context: Context, actor: str, category: str, fault: str, text: str, origin: str
) -> Stated:
    """Return a cause to keep; Invalid for a kind of cause that is not offered."""
    causes: Mapping[str, Category] = context.causes
    problems = []
    if category not in causes:
        problems.append(
            _problem(
                "category",
                category,
                Text("loại nguyên nhân", "kind of cause"),
                [one.name for one in causes.values()],
            )
        )
    if fault and fault not in set(Fault):
        problems.append(
            _problem(
                "fault",
                fault,
                Text("nơi chịu trách nhiệm", "party at fault"),
                [FAULT[one] for one in Fault],
            )
        )
    if problems:
        raise Invalid(problems)
    chosen = Fault(fault) if fault else None
    now = context.clock.now()
    return Stated(actor, now, causes[category], chosen, nfc(text).strip(), origin)


def _problem(key: str, said: str, what: Text, known: Sequence[Text]) -> Problem:
    vi, en = ("; ".join(one.said(language) for one in known) for language in ("vi", "en"))
    return Problem(
        file="cause",
        key=key,
        what=Text(f'không có {what.vi} "{said}"', f'there is no {what.en} "{said}"')
        if said
        else Text(f"chưa chọn {what.vi}", f"no {what.en} is chosen"),
        mend=Text(f"Chọn một trong: {vi}", f"Choose one of: {en}"),
    )
