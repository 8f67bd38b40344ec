"""Which numbers and addresses are whose they are said to be, and how we know."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from core.answer import Verdict
from core.errors import Conflict, NotFound
from core.inventory import Contact
from core.people import AuditRow
from core.proof import Proof, Standing
from core.telephone import international
from core.text import Text
from storage.audit import write_audit
from storage.codes import draw_code
from storage.database import Database
from storage.tables import answers, proofs
from storage.unbroken import unbroken

_P, _A = proofs.c, answers.c
TRIES = 5  # wrong codes, after which a new one has to be sent
OFTEN = timedelta(minutes=2)  # between two codes to one address


@unbroken
class ProofBook:
    """Codes that were sent, and what came back. Never removed: they say since when."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def ask(
        self, contact: Contact, address: str, channel: str, by: str, now: datetime, *,
        lifetime: timedelta, origin: str = "",
    ) -> Proof:  # fmt: skip
        """Keep that a code goes out; Conflict if one went there a moment ago."""
        async with self._database.writing() as connection:
            lately = and_(_P.address == address, _P.channel == channel, _P.at > now - OFTEN)
            if await connection.scalar(select(_P.id).where(lately).limit(1)) is not None:
                raise Conflict(
                    Text(
                        vi=f"Vừa gửi tin xác nhận tới {address}, xin đợi hai phút",
                        en=f"A proof message has just gone to {address}, please wait two minutes",
                    )
                )
            proof = Proof(
                contact=contact.slug,
                address=address,
                channel=channel,
                code=await draw_code(connection),
                asked_by=by,
                at=now,
                expires_at=now + lifetime,
            )
            number = await connection.scalar(
                insert(proofs).values(proof.model_dump(exclude={"id"})).returning(_P.id)
            )
            await write_audit(connection, _row(proof, by, "contact.ask", now, origin))
        return proof.model_copy(update={"id": number})

    async def settle(self, number: int, receipt: str, *, sent: bool) -> None:
        """Keep what the channel said."""
        async with self._database.writing() as connection:
            await connection.execute(
                update(proofs).where(_P.id == number).values(receipt=receipt, sent=sent)
            )

    async def confirm(
        self, contact: str, code: str, by: str, now: datetime, origin: str = ""
    ) -> Proof:
        """Take a code that somebody read out; Conflict if it is not the one that was sent."""
        async with self._database.writing() as connection:
            live = _live(now) & (_P.contact == contact)
            rows = (await connection.execute(select(proofs).where(live))).mappings().all()
            found = next((Proof(**row) for row in rows if row["code"] == code), None)
            if found is None:
                await connection.execute(update(proofs).where(live).values(tries=_P.tries + 1))
            else:
                await prove(connection, found, by, now, origin)
        if not rows:
            raise NotFound(
                Text(
                    vi=f"Không có mã nào đang chờ của {contact}: hãy gửi tin xác nhận",
                    en=f"No code of {contact} is waiting: send a proof message first",
                )
            )
        if found is None:
            raise Conflict(
                Text(
                    vi="Mã không đúng; sai năm lần thì phải gửi mã mới",
                    en="That is not the code; after five wrong ones a new one must be sent",
                )
            )
        return found

    async def standing(
        self, contacts: Iterable[Contact], now: datetime
    ) -> dict[tuple[str, str], Standing]:
        """Return what is known of every number and address, by contact and address.

        An answer that took an incident on proves the number it came from, too.
        """
        async with self._database.reading() as connection:
            rows = await connection.execute(select(proofs).order_by(_P.id))
            sent: dict[tuple[str, str], list[Proof]] = {}
            for row in rows.mappings():
                proof = Proof(**row)
                sent.setdefault((proof.contact, _same(proof.address)), []).append(proof)
            answered = {
                (contact, _same(sender)): at
                for contact, sender, at in await connection.execute(
                    select(_A.contact, _A.sender, _A.at)
                    .where(_A.verdict.in_([Verdict.TAKEN, Verdict.PROVEN]))
                    .order_by(_A.at.desc())
                )
            }
        known: dict[tuple[str, str], Standing] = {}
        for contact in contacts:
            for address in filter(None, (contact.phone, contact.email)):
                key = (contact.slug, _same(address))
                known[contact.slug, address] = _standing(sent.get(key, []), answered.get(key), now)
        return known


async def prove(
    connection: AsyncConnection, proof: Proof, by: str, now: datetime, origin: str
) -> None:
    """Keep, inside the caller's transaction, that a code has come back."""
    await connection.execute(
        update(proofs).where(_P.id == proof.id).values(proven_at=now, proven_by=by)
    )
    await write_audit(connection, _row(proof, by, "contact.proven", now, origin))


async def waiting_for(
    connection: AsyncConnection, code: str, people: Iterable[str], sender: str, now: datetime
) -> Proof | None:
    """Return the proof that an answer from a number gives back; None if it is none."""
    query = select(proofs).where(_live(now), _P.code == code, _P.contact.in_(list(people)))
    for row in (await connection.execute(query)).mappings():
        if _same(row["address"]) == _same(sender):
            return Proof(**row)
    return None


def _live(now: datetime) -> ColumnElement[bool]:
    return and_(_P.proven_at.is_(None), _P.expires_at > now, _P.tries < TRIES)


def _same(address: str) -> str:
    """Return what two writings of an address have in common."""
    return address.casefold() if "@" in address else international(address)


def _standing(sent: list[Proof], answered: datetime | None, now: datetime) -> Standing:
    came = [at for proof in sent if (at := proof.proven_at) is not None]
    came += [answered] if answered is not None else []
    last = sent[-1] if sent else None
    return Standing(
        proven_at=min(came, default=None),
        asked_at=last.at if last else None,
        receipt=last.receipt if last else "",
        waiting=any(p.proven_at is None and p.expires_at > now and p.tries < TRIES for p in sent),
    )


def _row(proof: Proof, actor: str, action: str, at: datetime, origin: str) -> AuditRow:
    return AuditRow(
        at=at,
        actor=actor,
        action=action,
        subject=proof.contact,
        detail=f"{proof.channel}: {proof.address}",
        origin=origin,
    )
