"""A test message to a person, from the settings to the provider and back."""

from pathlib import Path

import pytest

from core.errors import NotFound
from core.inventory import Changes, Contact, Inventory
from runtime import settings
from runtime.assembly import open_books
from runtime.trial import try_channels
from tests.alerts.channels.providers import listening
from tests.alerts.channels.providers.chats import Bot
from tests.alerts.channels.providers.sms import Esms
from tests.factories import DAWN, FakeClock

TOML = """\
[channels.sms]
kind = "http_gateway"
preset = "esms"
url = "{sms}/MainService.svc/json/SendMultipleMessage_V4_post_json/"
values = {{ brand = "UBND-TINH" }}
secrets = {{ key = "khoa-api", secret = "secret:esms" }}

[channels.nhom]
kind = "zalo_bot"
url = "{chat}"
token = "secret:bot"
chat_id = "nhom-truc"
"""


async def prepared(
    folder: Path, sms: str = "http://127.0.0.1", chat: str = "http://127.0.0.1"
) -> Path:
    file = folder / "thongsuot.toml"
    file.write_text(TOML.format(sms=sms, chat=chat), encoding="utf-8")
    clock = FakeClock()
    ledger = await open_books(settings.load(file, {}), clock)
    try:
        people = (Contact(slug="truc", name="Người trực", phone="0901234567"),)
        await ledger.inventory.apply(Changes(put=Inventory(contacts=people)), "test", DAWN)
        await ledger.secrets.set_secret("esms", "khoa-mat", "test", DAWN)
        await ledger.secrets.set_secret("bot", "12345:abc", "test", DAWN)
    finally:
        await ledger.aclose()
    return file


async def test_a_contact_with_a_telephone_is_told_by_sms_and_sees_the_balance(
    tmp_path: Path,
) -> None:
    provider = Esms()
    async with listening(provider) as url:
        rows = await try_channels(await prepared(tmp_path, sms=url), "truc")
    said = "a1b2-135 (balance 752743)"
    assert rows == [{"channel": "sms", "to": "0901234567", "ok": True, "said": said}]
    (asked,) = provider.sent.values()
    assert asked["Content"].startswith("Tin thu cua Thong Suot luc ")


async def test_a_group_is_told_by_the_name_of_its_channel(tmp_path: Path) -> None:
    bot = Bot("12345:abc", "nhom-truc", 2000)
    async with listening(bot) as url:
        (row,) = await try_channels(await prepared(tmp_path, chat=url), "nhom")
    assert (row["ok"], row["said"]) == (True, "message m1")


async def test_a_provider_that_is_not_there_is_told_without_a_secret(tmp_path: Path) -> None:
    (row,) = await try_channels(await prepared(tmp_path, sms="http://127.0.0.1:1"), "truc")
    assert row["ok"] is False
    assert "khoa-mat" not in str(row["said"])


async def test_nobody_of_that_name_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(NotFound):
        await try_channels(await prepared(tmp_path), "ai-do")
