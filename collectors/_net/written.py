"""Lists and pairs as people write them into a form: one a line, or as JSON has them."""

import re
from collections.abc import Mapping
from typing import Annotated

from pydantic import BeforeValidator


def _listed(value: object) -> object:
    """Accept words parted by commas, semicolons or lines beside a list."""
    if not isinstance(value, str):
        return value
    return tuple(word.strip() for word in re.split(r"[,;\n]", value) if word.strip())


def _paired(value: object) -> object:
    """Accept `name: value` lines beside a mapping."""
    if not isinstance(value, str):
        return value
    lines = [line.partition(":") for line in value.splitlines() if line.strip()]
    return {name.strip(): rest.strip() for name, _, rest in lines}


Names = Annotated[tuple[str, ...], BeforeValidator(_listed)]
Texts = Annotated[Mapping[str, str], BeforeValidator(_paired)]
Numbers = Annotated[Mapping[str, float], BeforeValidator(_paired)]
