"""ZNS: a token that renews once must never be lost, nor spent twice."""

import asyncio
import json
import sys
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from alerts.channels._tokens import TokenFile
from alerts.channels.zalo_zns import CHANNEL, ZaloZnsParams
from core.channel import GiveUp, Retry
from core.incident import Message, Purpose
from tests.alerts.channels.providers import listening
from tests.alerts.channels.providers.zns import Zns
from tests.alerts.channels.said import told
from tests.project.tree import ROOT

DATA = {"su_co": "{{ words.what }}", "ma": "{{ words.code }}", "luc": "luc {{ words.since }}"}
TEMPLATES = {
    "problem": {"id": "11", "data": DATA},
    "test": {"id": "14", "data": {"luc": "{{ words.at }}"}},
}


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "zns.json"


def mode(file: Path) -> int:
    return file.stat().st_mode & 0o777


def beside(file: Path) -> set[str]:
    return {path.name for path in file.parent.iterdir()}


def read(file: Path) -> str:
    return file.read_text()


def write(file: Path, text: str) -> None:
    file.write_text(text)


def kept(file: Path) -> dict[str, Any]:
    known: dict[str, Any] = json.loads(read(file))
    return known


def params(url: str, file: Path, **changes: object) -> ZaloZnsParams:
    return ZaloZnsParams.model_validate(
        {
            "url": f"{url}/message/template",
            "token_url": f"{url}/token",
            "app_id": "42",
            "app_secret": "app-secret",
            "refresh_token": "consent",
            "token_file": str(file),
            "templates": TEMPLATES,
            **changes,
        }
    )


async def sent(provider: Zns, file: Path, *messages: Message, **changes: object) -> list[str]:
    async with listening(provider) as url:
        known = params(url, file, **changes)
        return [await CHANNEL.send(known, message, 5.0) for message in messages or (told(),)]


async def test_the_consent_is_spent_once_and_every_later_message_uses_the_kept_token(
    file: Path,
) -> None:
    provider = Zns()
    assert await sent(provider, file, told(), told(Purpose.TEST)) == ["message z1", "message z2"]
    assert provider.renewals == 1
    problem, _ = provider.sent
    assert problem["phone"] == "84901234567"
    assert problem["template_id"] == "11"
    assert problem["template_data"]["ma"] == "SC-20261122-0001"
    assert "VNPT" in problem["template_data"]["su_co"]
    assert problem["tracking_id"] == "SC-1.problem.7"


async def test_the_file_is_ours_alone_and_holds_the_newest_pair(file: Path) -> None:
    await sent(Zns(), file)
    assert mode(file) == 0o600
    assert (kept(file)["access"], kept(file)["refresh"]) == ("access-1", "refresh-1")
    assert beside(file) == {"zns.json", "zns.json.lock"}


async def test_a_token_that_zalo_no_longer_takes_is_renewed_and_the_message_goes(
    file: Path,
) -> None:
    provider = Zns()
    await sent(provider, file)
    provider.access = "revoked"
    assert await sent(provider, file) == ["message z2"]
    assert provider.renewals == 2


async def test_a_token_near_its_end_is_renewed_before_it_is_used(file: Path) -> None:
    provider = Zns()
    await sent(provider, file)
    write(file, json.dumps({**kept(file), "expires_at": kept(file)["expires_at"] - 90000 + 500}))
    await sent(provider, file)
    assert provider.renewals == 2


async def test_twenty_messages_at_once_renew_once(file: Path) -> None:
    provider = Zns()
    provider.thinking = 0.2
    async with listening(provider) as url:
        known = params(url, file)
        receipts = await asyncio.gather(*(CHANNEL.send(known, told(), 5.0) for _ in range(20)))
    assert len(set(receipts)) == 20
    assert provider.renewals == 1


SENDER = """
import asyncio, sys
from tests.alerts.channels.said import told
from tests.alerts.channels.test_zalo_zns import params
from alerts.channels.zalo_zns import CHANNEL
from pathlib import Path
print(asyncio.run(CHANNEL.send(params(sys.argv[1], Path(sys.argv[2])), told(), 15.0)))
"""


async def test_processes_never_spend_the_same_token(file: Path) -> None:
    provider = Zns()
    provider.thinking = 0.5
    async with listening(provider) as url:
        processes = [
            await asyncio.create_subprocess_exec(
                sys.executable, "-c", SENDER, url, str(file), cwd=ROOT
            )
            for _ in range(2)
        ]
        assert [await process.wait() for process in processes] == [0, 0]
    assert provider.renewals == 1
    assert len(provider.sent) == 2


async def test_being_cancelled_in_the_middle_of_a_renewal_keeps_the_new_token(file: Path) -> None:
    provider = Zns()
    provider.thinking = 0.3
    async with listening(provider) as url:
        sending = asyncio.ensure_future(CHANNEL.send(params(url, file), told(), 5.0))
        await provider.renewing.wait()
        sending.cancel()
        with pytest.raises(asyncio.CancelledError):
            await sending
    assert kept(file)["refresh"] == provider.refresh
    provider.thinking = 0.0
    assert await sent(provider, file) == ["message z1"]
    assert provider.renewals == 1


async def test_a_spent_token_breaks_the_channel_loudly_and_stays_unsaid(file: Path) -> None:
    with pytest.raises(GiveUp, match="by hand") as refusal:
        await sent(Zns("something else"), file, refresh_token="geheim-und-lang")
    assert refusal.value.channel_broken
    assert "geheim" not in str(refusal.value)
    assert beside(file) == {"zns.json.lock"}


async def test_a_new_consent_begins_anew(file: Path) -> None:
    await sent(Zns(), file)
    again = Zns("second consent")
    await sent(again, file, refresh_token="second consent")
    assert again.renewals == 1


@pytest.mark.parametrize("status", [429, 500, 503])
async def test_a_renewal_that_may_pass_is_tried_again_with_the_same_token(
    file: Path, status: int
) -> None:
    provider = Zns()
    provider.answer = (status, {})
    with pytest.raises(Retry, match=str(status)):
        await sent(provider, file)
    provider.answer = None
    await sent(provider, file)


@pytest.mark.parametrize(
    "body", [{}, [], {"access_token": "a"}, {"access_token": "a", "refresh_token": "b"}]
)
async def test_a_renewal_that_gives_no_whole_pair_breaks_the_channel(
    file: Path, body: object
) -> None:
    provider = Zns()
    provider.answer = (200, body)
    with pytest.raises(GiveUp) as refusal:
        await sent(provider, file)
    assert refusal.value.channel_broken


@pytest.mark.parametrize("content", ["", "{", "[]", "{}", '{"access": "a"}', "\x00\xff"])
async def test_a_file_that_cannot_be_read_breaks_the_channel_and_is_left_alone(
    file: Path, content: str
) -> None:
    write(file, content)
    provider = Zns()
    with pytest.raises(GiveUp, match=r"zns\.json") as refusal:
        await sent(provider, file)
    assert refusal.value.channel_broken
    assert read(file) == content
    assert provider.renewals == 0


async def test_a_folder_that_is_not_there_breaks_the_channel_before_a_token_is_spent(
    tmp_path: Path,
) -> None:
    provider = Zns()
    with pytest.raises(GiveUp) as refusal:
        await sent(provider, tmp_path / "gone" / "zns.json")
    assert refusal.value.channel_broken
    assert provider.renewals == 0


async def test_whoever_waits_too_long_for_the_lock_tries_again_later(file: Path) -> None:
    async with TokenFile(file).locked(1.0):
        with pytest.raises(Retry, match="renewing"):
            async with TokenFile(file).locked(0.2):
                pass
    async with TokenFile(file).locked(0.2):
        pass


async def test_newer_applications_prove_their_secret(file: Path) -> None:
    provider = Zns()
    provider.proof = "app-secret"
    with pytest.raises(Retry, match="-1241"):
        await sent(provider, file)
    assert await sent(provider, file, proof=True) == ["message z1"]


async def test_a_wrong_number_is_given_up_alone_and_a_wrong_template_breaks_the_channel(
    file: Path,
) -> None:
    with pytest.raises(GiveUp, match="-108") as refusal:
        await sent(Zns(), file, told(to="+15550100"))
    assert not refusal.value.channel_broken
    token = Zns("refresh-1")
    token.access = "access-1"
    wrong = {"problem": {"id": "99", "data": DATA}}
    with pytest.raises(GiveUp, match="-109") as refusal:
        await sent(token, file, templates=wrong)
    assert refusal.value.channel_broken


async def test_a_kind_of_message_without_a_template_is_not_sent(file: Path) -> None:
    with pytest.raises(GiveUp, match="recovery") as refusal:
        await sent(Zns(), file, told(Purpose.RECOVERY))
    assert not refusal.value.channel_broken


def test_a_template_that_cannot_be_read_is_refused_with_the_settings(file: Path) -> None:
    for text in ("{{ words.what", "{{ secrets.key }}"):
        with pytest.raises(ValidationError):
            params("http://127.0.0.1", file, templates={"test": {"id": "1", "data": {"a": text}}})
