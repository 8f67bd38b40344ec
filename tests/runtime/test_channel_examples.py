"""What the manual of channels shows is taken as it stands."""

import re
from pathlib import Path

from runtime import registries, settings
from tests.project.tree import ROOT

PAGE = (ROOT / "docs/channels.md").read_text(encoding="utf-8")
EXAMPLES = "\n".join(re.findall(r"^```toml\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL))


def test_every_example_is_taken_by_the_settings(tmp_path: Path) -> None:
    file = tmp_path / "thongsuot.toml"
    file.write_text(EXAMPLES, encoding="utf-8")
    ways = settings.load(file, {}).channels
    shown = {way.kind for way in ways.values()}
    assert shown | {"email", "webhook"} == set(registries.channels())


def test_every_example_works_with_its_secrets_filled_in(tmp_path: Path) -> None:
    file = tmp_path / "thongsuot.toml"
    file.write_text(EXAMPLES, encoding="utf-8")
    kinds = registries.channels()
    for way in settings.load(file, {}).channels.values():
        way.filled(kinds[way.kind], lambda name: f"https://{name}.example")


def test_every_kind_of_channel_is_on_the_page() -> None:
    for name in registries.channels():
        assert f"| `{name}` |" in PAGE
