"""What the commands share by which a person decides about an incident."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from core.clock import LOCAL, SystemClock
from core.errors import Conflict, Invalid, NotFound, Problem
from core.people import AuditRow, Role
from core.text import Text, nfc
from core.ticket import Step, Ticket
from inventory.meetinglist import Names
from runtime.beside import posted
from runtime.cli._ledger import Voice, actor, settings_of, with_ledger
from storage.ledger import Ledger

LONGEST = 2000  # characters of what a person says


async def doer(ledger: Ledger, by: str | None) -> str:
    """Return in whose name it is done: the person at the terminal, or whom they name.

    A contact goes by slug or by name, as in a list of meetings; NotFound, Conflict.
    """
    if by is None:
        return actor()
    if await ledger.people.user(by) is not None:
        return by
    today = SystemClock().now().astimezone(LOCAL).date()
    found = Names(await ledger.inventory.load(on=today), today).contact(by)
    if found.slug is not None:
        return found.slug
    if found.ambiguous:
        listed = ", ".join(found.candidates)
        raise Conflict(
            Text(
                vi=f"“{by}” chưa rõ là đầu mối nào; ghi một trong: {listed}",
                en=f"It is not clear which contact “{by}” is; write one of: {listed}",
            )
        )
    raise NotFound(
        Text(
            vi=f"Không có tài khoản hay đầu mối {by}; xem thongsuot user list, "
            "thongsuot contact list",
            en=f"There is no account or contact {by}; see thongsuot user list, "
            "thongsuot contact list",
        )
    )


def words(given: str, key: str, *, needed: bool = True) -> str:
    """Return what a person says; Invalid if that is nothing or too much."""
    said = nfc(given).strip()
    if needed and not said:
        what, mend = Text("chưa ghi gì", "it says nothing"), Text("Ghi vài lời", "Say something")
    elif len(said) > LONGEST:
        what = Text(f"dài hơn {LONGEST} ký tự", f"longer than {LONGEST} characters")
        mend = Text("Viết ngắn lại", "Make it shorter")
    else:
        return said
    raise Invalid([Problem("incident", what, mend, key=key)])


def decided(
    config: Path | None,
    voice: Voice,
    by: str | None,
    path: str,
    wish: Callable[[], Mapping[str, object]],
) -> dict[str, object]:
    """Return what the running platform makes of a decision; it alone may change open incidents.

    It is asked with a token that is lent for this one question.
    """
    web = settings_of(config, voice).web

    async def work(ledger: Ledger) -> dict[str, object]:
        body, now = wish(), SystemClock().now()
        who = await doer(ledger, by)
        if by is not None:
            await ledger.people.audit(
                AuditRow(at=now, actor=actor(), action="token.lend", subject=who, detail=path)
            )
        token = await ledger.people.lend_token(who, Role.OPERATOR, now)
        try:
            return await posted(web, path, token, body)
        finally:
            await ledger.people.give_back_token(token)

    return with_ledger(config, voice, work)


def stepping(step: str) -> Step:
    """Return the step that is meant; Invalid."""
    if step in set(Step):
        return Step(step)
    listed = ", ".join(Step)
    raise Invalid(
        [
            Problem(
                "ticket",
                Text(f"không có bước “{step}”", f"there is no step “{step}”"),
                Text(f"Chọn một trong: {listed}", f"Choose one of: {listed}"),
                key="STEP",
            )
        ]
    )


def which(tickets: Sequence[Ticket], incident: str, step: Step, carrier: str) -> Ticket:
    """Return the ticket that is meant, the oldest that has not come so far; NotFound, Conflict."""
    wanted = carrier.strip().casefold()
    found = [one for one in tickets if not wanted or one.carrier.casefold() == wanted]
    if not found:
        whom = Text(carrier, carrier) if wanted else Text("nhà mạng nào", "any carrier")
        raise NotFound(
            Text(
                vi=f"Chưa báo {whom.vi} về {incident}; ghi bằng bước reported",
                en=f"Nobody has told {whom.en} of {incident}; write that down by the step reported",
            )
        )
    open_ones = [one for one in found if getattr(one, f"{step}_at") is None]
    if len({one.carrier for one in open_ones}) > 1:
        listed = ", ".join(one.carrier for one in open_ones)
        raise Conflict(
            Text(
                vi=f"{incident} có phiếu với nhiều nhà mạng; thêm --carrier, một trong: {listed}",
                en=f"{incident} has tickets with several carriers; add --carrier, one of: {listed}",
            )
        )
    return (open_ones or found)[0]
