"""What is wrong is said as a sentence that ends once."""

import pytest

from core.errors import Problem
from core.text import Text


@pytest.mark.parametrize(
    ("mend", "said"), [("Mend it", "f:2: k: wrong. Mend it."), ("This?", "f:2: k: wrong. This?")]
)
def test_a_mend_that_asks_keeps_its_question_mark_alone(mend: str, said: str) -> None:
    problem = Problem("f", Text(vi="sai", en="wrong"), Text(vi=mend, en=mend), line=2, key="k")
    assert problem.said("en") == said
