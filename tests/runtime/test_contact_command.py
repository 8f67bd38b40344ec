"""Contacts at a terminal: a gateway gets the code, and what is read out proves the number."""

import asyncio
import json
import re
from pathlib import Path

from typer.testing import CliRunner, Result

from runtime.cli import contact
from tests.alerts.channels.providers import listening
from tests.alerts.channels.providers.sms import Esms
from tests.runtime.test_trial import prepared


async def ran(file: Path, *args: str) -> Result:
    """Run a command in a thread of its own: it has a loop of its own."""
    english = {"THONGSUOT_LANG": "en"}
    command = [*args, "-c", str(file)]
    return await asyncio.to_thread(CliRunner().invoke, contact.app, command, env=english)


async def test_a_number_is_proven_from_the_terminal(tmp_path: Path) -> None:
    provider = Esms()
    async with listening(provider) as url:
        file = await prepared(tmp_path, sms=url)
        listed = await ran(file, "list", "--unproven")
        assert listed.exit_code == 1
        assert "0901234567" in listed.output
        told = await ran(file, "prove", "truc", "--json")
        assert told.exit_code == 0, told.output
        (row,) = json.loads(told.stdout)
        assert (row["channel"], row["address"], row["sent"]) == ("sms", "0901234567", True)
        again = await ran(file, "prove", "truc")
        assert again.exit_code == 1
        assert "two minutes" in again.output
    (asked,) = provider.sent.values()
    found = re.search(r"Ma xac nhan: (\d{4})", asked["Content"])
    assert found is not None
    wrong = await ran(file, "prove", "truc", "--code", "x")
    assert wrong.exit_code == 1
    right = await ran(file, "prove", "truc", "--code", found[1])
    assert right.output == "0901234567 is confirmed\n"
    assert (await ran(file, "list", "--unproven")).exit_code == 0
    (known,) = json.loads((await ran(file, "list", "--json")).stdout)
    assert known["proven_at"] is not None


async def test_a_gateway_that_refuses_and_a_contact_that_is_not_there_exit_1(
    tmp_path: Path,
) -> None:
    async with listening(Esms("101")) as url:
        file = await prepared(tmp_path, sms=url)
        refused = await ran(file, "prove", "truc")
        assert refused.exit_code == 1
        assert "Authorize failed" in refused.output
        nobody = await ran(file, "prove", "nobody")
        assert nobody.exit_code == 1
        assert "There is no contact nobody" in nobody.output
