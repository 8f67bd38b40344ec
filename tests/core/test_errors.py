"""What is wrong is said as a sentence that ends once."""

import errno
import os
import pickle
from pathlib import Path

import pytest

from core.errors import Invalid, NotFound, Problem, os_reason
from core.text import Text


@pytest.mark.parametrize(
    ("mend", "said"), [("Mend it", "f:2: k: wrong. Mend it."), ("This?", "f:2: k: wrong. This?")]
)
def test_a_mend_that_asks_keeps_its_question_mark_alone(mend: str, said: str) -> None:
    problem = Problem("f", Text(vi="sai", en="wrong"), Text(vi=mend, en=mend), line=2, key="k")
    assert problem.said("en") == said


def test_a_refusal_crosses_from_one_process_to_another() -> None:
    text = Text("không có", "there is none")
    refusal = pickle.loads(pickle.dumps(NotFound(text)))
    assert isinstance(refusal, NotFound)
    assert refusal.text == text
    problem = Problem(file="a.csv", what=text, mend=text)
    invalid = pickle.loads(pickle.dumps(Invalid([problem])))
    assert isinstance(invalid, Invalid)
    assert invalid.problems == (problem,)


def test_why_the_system_refused_is_said_in_words(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="No such file") as missing:
        (tmp_path / "missing.xlsx").read_bytes()
    assert os_reason(missing.value) == Text(
        "không có tệp hay thư mục này", "no such file or directory"
    )
    rare = OSError(errno.ENOTTY, os.strerror(errno.ENOTTY))
    assert os_reason(rare).en == os_reason(rare).vi == os.strerror(errno.ENOTTY)
