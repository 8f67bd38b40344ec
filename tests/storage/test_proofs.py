"""A code that went to a number and came back from there proves it."""

from datetime import timedelta

import pytest

from core.answer import Answer, Verdict
from core.errors import Conflict, NotFound
from core.inventory import Contact
from core.proof import Proof, Standing
from storage.answers import Coming
from storage.ledger import Ledger
from storage.proofs import OFTEN, TRIES
from tests.storage.test_brain import NOW

HOUR = timedelta(hours=1)
LAN = Contact(slug="lan", name="Lan", phone="0901234567", email="lan@example.vn")


async def asked(ledger: Ledger, address: str = "0901234567", at: timedelta = HOUR * 0) -> Proof:
    return await ledger.proofs.ask(LAN, address, "modem", "an", NOW + at, lifetime=HOUR)


async def standing(ledger: Ledger, at: timedelta = HOUR * 0) -> dict[str, Standing]:
    known = await ledger.proofs.standing([LAN], NOW + at)
    return {address: found for (_, address), found in known.items()}


async def answered(ledger: Ledger, code: str, sender: str, number: str = "1") -> Verdict:
    coming = Coming("modem", Answer(number, sender, f"ok {code}"), frozenset({"lan"}), code)
    outcome, _ = await ledger.answers.take(coming, NOW)
    return outcome.verdict


async def test_nothing_is_proven_until_something_comes_back(ledger: Ledger) -> None:
    assert await standing(ledger) == {"0901234567": Standing(), "lan@example.vn": Standing()}
    proof = await asked(ledger)
    await ledger.proofs.settle(proof.id or 0, "reference 7", sent=True)
    known = (await standing(ledger))["0901234567"]
    assert known == Standing(None, NOW, "reference 7", waiting=True)


async def test_the_code_that_is_read_out_proves_the_number(ledger: Ledger) -> None:
    proof = await asked(ledger)
    found = await ledger.proofs.confirm("lan", proof.code, "an", NOW + HOUR / 2, "192.0.2.7")
    assert found.address == "0901234567"
    known = await standing(ledger)
    assert known["0901234567"].proven_at == NOW + HOUR / 2
    assert known["lan@example.vn"].proven_at is None
    proven, ask = await ledger.people.audit_rows(2)
    assert (proven.action, proven.subject, proven.origin) == ("contact.proven", "lan", "192.0.2.7")
    assert (ask.action, ask.detail) == ("contact.ask", "modem: 0901234567")
    with pytest.raises(NotFound):
        await ledger.proofs.confirm("lan", proof.code, "an", NOW + HOUR / 2)


async def test_the_code_that_comes_back_from_the_number_proves_it(ledger: Ledger) -> None:
    proof = await asked(ledger)
    assert await answered(ledger, proof.code, "+84999999999") is Verdict.UNKNOWN
    assert await answered(ledger, proof.code, "+84901234567", "2") is Verdict.PROVEN
    assert (await standing(ledger))["0901234567"].proven_at == NOW
    assert await answered(ledger, proof.code, "+84901234567", "3") is Verdict.UNKNOWN


async def test_after_five_wrong_codes_a_new_one_is_needed(ledger: Ledger) -> None:
    proof = await asked(ledger)
    for _ in range(TRIES):
        with pytest.raises(Conflict):
            await ledger.proofs.confirm("lan", "x", "an", NOW)
    with pytest.raises(NotFound):
        await ledger.proofs.confirm("lan", proof.code, "an", NOW)
    again = await asked(ledger, at=OFTEN)
    await ledger.proofs.confirm("lan", again.code, "an", NOW + OFTEN)


async def test_a_code_ends_and_another_number_is_another_matter(ledger: Ledger) -> None:
    proof = await asked(ledger)
    with pytest.raises(Conflict, match="two minutes"):
        await asked(ledger)
    await asked(ledger, "lan@example.vn")
    with pytest.raises(NotFound):
        await ledger.proofs.confirm("lan", proof.code, "an", NOW + HOUR)
    await ledger.proofs.confirm("lan", (await asked(ledger, at=HOUR)).code, "an", NOW + HOUR)
    moved = LAN.model_copy(update={"phone": "0987654321"})
    known = await ledger.proofs.standing([moved], NOW)
    assert known["lan", "0987654321"] == Standing()


async def test_a_code_of_a_proof_is_the_code_of_no_incident(
    ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("storage.codes._DIGITS", (1,))
    codes = {(await asked(ledger, f"09012345{n:02}")).code for n in range(9)}
    assert len(codes) == 9
