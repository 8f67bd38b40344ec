from datetime import date
from pathlib import Path

import pytest

from core.inventory import Inventory
from core.text import Language
from inventory import csvfiles, handbook, template
from inventory.compiled import LookingDefaults, compile_estate
from inventory.intake import propose
from inventory.tables import TABLES
from tests.inventory.builders import ON

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("language", ["vi", "en"])
def test_the_template_is_valid_as_it_stands(tmp_path: Path, language: Language) -> None:
    for name, content in template.files(language).items():
        (tmp_path / name).write_bytes(content)
    found = propose(tmp_path, Inventory(), ON)
    assert not found.problems
    assert csvfiles.read(tmp_path) == template.BEGINNING


def test_every_example_may_be_taken_out_of_its_comment(tmp_path: Path) -> None:
    for name, content in template.files("vi").items():
        rows = content.decode("utf-8-sig").splitlines()
        examples = [row[1:] for row in rows if row.startswith("#") and row[1:2] not in {"", " "}]
        plain = [row for row in rows if not row.startswith("#")]
        (tmp_path / name).write_text("\n".join([*plain, *examples]), encoding="utf-8")
    found = propose(tmp_path, Inventory(), ON)
    assert not found.problems
    assert len(found.plan.added) == 3 + 2 + 1 + 1 + 1 + 3 + 1 + 1 + 2 + 2 + 3 + 17 + 5 + 20 + 1 + 1


def test_columns_are_the_fields_of_their_models() -> None:
    for table in TABLES:
        assert sorted(c.name for c in table.columns) == sorted(table.model.model_fields)
    assert [table.name for table in TABLES] == list(Inventory.model_fields)


def test_examples_of_the_manual_can_be_read() -> None:
    for table in TABLES:
        row = {column.name: column.example for column in table.columns}
        for column in table.columns:
            assert column.vi
            assert column.en
            if column.example:
                column.read(column.example, row)


def test_the_manuals_page_is_current() -> None:
    assert (ROOT / "docs" / "inventory.md").read_text(encoding="utf-8") == handbook.page()


def test_the_examples_are_watched_as_they_stand() -> None:
    estate = compile_estate(template.EXAMPLES, ON, LookingDefaults())
    found = {target.slug: target for target in estate.targets}
    assert found["phong-hop-binh-phuoc"].members == ("vc-binh-phuoc",)
    assert found["phong-hop-binh-phuoc"].expected[0].off_on == (date(2026, 11, 24),)
    assert {c.collector for c in estate.checks if c.target in found} >= {"http", "tls", "dns"}
