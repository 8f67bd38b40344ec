import pytest

from core.errors import Invalid
from core.inventory import Inventory
from inventory import lists, yamlfiles
from tests.inventory.builders import ON, a_land

UNIT = """units:
- slug: dong-nai
  code: 75
  level: province
  name: Thành phố Đồng Nai
  province_code: "75"
"""


def test_values_are_text_as_they_stand_and_lists_are_joined() -> None:
    text = UNIT + "calendars:\n- {slug: hc, name: Giờ, days: [1, 2], begin: 07:30, end: '17:00'}\n"
    found = lists.propose("x.yaml", text.encode(), Inventory(), ON)
    assert not found.problems
    assert found.proposal.plan.result.units[0].code == "75"
    assert found.proposal.plan.result.calendars[0].days == (1, 2)


def test_problems_name_the_line_of_the_entry() -> None:
    text = UNIT + "sites:\n- slug: s\n  name: S\n  unit: nowhere\n"
    found = lists.propose("x.yaml", text.encode(), Inventory(), ON)
    assert [(p.file, p.line, p.key) for p in found.problems] == [("x.yaml", 8, "unit")]


def test_a_key_that_is_absent_leaves_and_one_without_value_empties() -> None:
    for words, carrier in (("", "VNPT"), ("  carrier:\n", None), ("  carrier: null\n", None)):
        text = f"links:\n- slug: k-1\n  circuit: C2\n{words}"
        found = lists.propose("x.yaml", text.encode(), a_land(), ON)
        assert not found.problems
        (link,) = (s.row for s in found.proposal.plan.changed)
        assert getattr(link, "carrier", "?") == carrier


@pytest.mark.parametrize(
    ("text", "line", "part"),
    [
        ("units: [}", 1, "YAML"),
        ("units:\n- slug: a\n  slug: b\n", 3, "đã có ở trên"),
        ("units:\n- &a {slug: b}\n- *a\n", 2, "& *"),
        ("units:\n- !!python/object:os.system {}\n", 2, "!"),
        ("unit:\n- slug: a\n", 1, '"units"'),
        ("units:\n- slgu: a\n", 2, '"slug"'),
        ("units:\n- slug: {a: {b: c}}\n", 2, "YAML"),
        ("- a\n", 1, "YAML"),
        ("units:\n- slug: a\n---\nunits: []\n", 4, "---"),
        ("units: [[[[[[[[]]]]]]]]", 1, "> 4"),
        ("units:\n- slug: \x07\n", 1, "YAML"),
    ],
)
def test_what_is_not_plain_is_refused_at_its_line(text: str, line: int, part: str) -> None:
    with pytest.raises(Invalid) as refused:
        yamlfiles.book("x.yaml", text.encode())
    (problem,) = refused.value.problems
    assert problem.line == line
    assert part in problem.said("vi")
