"""What real devices said, asked again: a recording dropped into `captures/` is a test."""

import asyncio
import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from runtime.cli.look import app
from runtime.kit import make_kit
from runtime.recording import FILE, MAPS, Recorder, told
from runtime.registries import collectors
from runtime.scheduler import look_once
from tests.collectors.families import CONFERENCE, FAMILIES, ROOM, Family, Purse, stand
from tests.collectors.replaying import SECRET, standing
from tests.factories import FakeClock, a_check

FOLDER = Path(__file__).parent / "captures"
RECORDINGS = sorted(FOLDER.rglob(FILE))
PUBLISHED = "auto:lifesize"


def read(file: Path) -> Any:
    return json.loads(file.read_text(encoding="utf-8"))


async def replayed(file: Path) -> None:
    """Look at a recording as at the device, and find what was found then."""
    recording = read(file)
    looks = [look for look in recording["looks"] if look["exchanges"]]  # else nothing was said
    assert looks, "nothing was said in any look"
    clock = FakeClock(datetime.fromisoformat(looks[0]["at"]))
    collector, params = collectors()[recording["collector"]], dict(recording["params"])
    if (file.parent / MAPS).is_dir():
        params[MAPS] = str(file.parent / MAPS)
    way = looks[0]["exchanges"][0].get("way", "http")
    async with standing(way, params) as (device, port):
        kit = make_kit(clock, secrets=Purse(PUBLISHED if _is_published(looks) else SECRET))
        check = a_check(
            "a",
            collector.name,
            address="127.0.0.1",
            timeout=10,
            params={**params, "port": port},
            secret="any",
        )
        try:
            for look in looks:
                at = datetime.fromisoformat(look["at"])
                clock.advance((at - clock.now()).total_seconds())
                device.load(look["exchanges"])
                run, reading = await look_once(collector, check, kit)
                assert device.unknown == [], "this was not asked when it was recorded"
                assert (reading.failure.kind.value if reading.failure else None) == look["failure"]
                assert near(told(reading)) == near(look["samples"]), run.lines
        finally:
            await kit.aclose()


def _is_published(looks: Sequence[Mapping[str, Any]]) -> bool:
    """Say whether the device was entered by the login that its maker prints: a fault of its own."""
    return any(
        row["labels"].get("fault") == "the login is the published one"
        for look in looks
        for row in look["samples"]
    )


def near(samples: object) -> object:
    """Return samples with values that two machines reckon alike."""
    return json.loads(json.dumps(samples), parse_float=lambda digits: round(float(digits), 9))


@pytest.mark.parametrize("file", RECORDINGS, ids=lambda file: str(file.parent.relative_to(FOLDER)))
async def test_a_device_that_was_recorded_is_read_as_it_was(file: Path) -> None:
    await replayed(file)


async def recorded(family: Family, folder: Path) -> Path:
    """Record three looks at a family's emulator, as `look --record` does."""
    async with stand(family) as at:
        recorder = Recorder.of(at.check(), at.purse)
        at.kit.record = recorder.take
        at.calls.join(ROOM, CONFERENCE, content=True)
        at.change(at.world.degrade(at.line(), at.clock.now(), loss=0.05, jitter=0.02))
        for _ in range(3):
            at.clock.advance(10)
            recorder.settle(await at.look())
        return recorder.write(folder, at.check())


@pytest.mark.parametrize("family", FAMILIES, ids=str)
async def test_a_recording_is_a_test_without_any_code_and_holds_no_secret(
    family: Family, tmp_path: Path
) -> None:
    file = await recorded(family, tmp_path / "a")
    text = file.read_text(encoding="utf-8")
    assert "thong-suot-2026" not in text
    assert "PSN" not in text
    assert "Basic " not in text
    assert len(json.loads(text)["looks"]) == 3
    await replayed(file)


async def test_a_recording_that_is_read_otherwise_fails(tmp_path: Path) -> None:
    file = await recorded(FAMILIES[0], tmp_path / "a")
    file.write_text(file.read_text().replace("<FrameRate>30", "<FrameRate>15"))
    with pytest.raises(AssertionError):
        await replayed(file)


async def test_the_command_records_and_says_what_is_left_in_it(tmp_path: Path) -> None:
    login = tmp_path / "login"
    login.write_text("monitor:thong-suot-2026\n")
    async with stand(FAMILIES[0]) as at:
        words = f"--address 127.0.0.1 cisco_codec -p port={at.port} -p scheme=http".split()
        kept = ["--secret", str(login), "--record", str(tmp_path / "made")]
        result = await _run([*words, *kept])
    assert result["code"] == 0, result
    assert "Mật khẩu đã xoá" in str(result["said"])
    await replayed(tmp_path / "made" / FILE)


async def test_a_login_that_cannot_be_read_is_said(tmp_path: Path) -> None:
    result = await _run(
        ["--address", "127.0.0.1", "cisco_codec", "--secret", str(tmp_path / "none")]
    )
    assert result["code"] == 2
    assert "Không đọc được" in str(result["said"])


async def _run(words: list[str]) -> Mapping[str, object]:

    result = await asyncio.to_thread(
        CliRunner().invoke, app, words, env={"THONGSUOT_LANGUAGE": "vi", "LANG": "vi_VN.UTF-8"}
    )
    return {"code": result.exit_code, "said": result.output}


def test_every_recording_names_a_collector_that_there_is() -> None:
    for file in RECORDINGS:
        assert json.loads(file.read_text(encoding="utf-8"))["collector"] in collectors()
