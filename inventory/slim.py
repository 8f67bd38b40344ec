"""Rows that take half of the memory: a list of 100,000 rows may bring 400,000 of them."""

from collections.abc import Mapping
from typing import TypeVar

from core.model import Model

_MOST_WORDS = 1 << 16  # texts that are kept once
_LONGEST = 40  # letters of a text that is likely to repeat
_Row = TypeVar("_Row", bound=Model)


class Slim:
    """Remakes rows so that equal ones share what they can.

    A model as pydantic makes it has a dict and a set of field names of its own. One whose
    attributes are set one by one shares its keys with all others of its class (PEP 412).
    """

    def __init__(self) -> None:
        self._set: dict[frozenset[str], set[str]] = {}
        self._words: dict[str, str] = {}

    def __call__(self, row: _Row, made_of: Mapping[str, object]) -> _Row:
        """Return an equal row that shares the values it was made of, as far as they are equal.

        Nothing may be set on it, as on any frozen model.
        """
        slim = type(row).__new__(type(row))
        for name, value in row.__dict__.items():
            given = made_of.get(name)
            equal = type(given) is type(value) and given == value
            object.__setattr__(slim, name, self._once(given if equal else value))
        fields = self._set.setdefault(frozenset(row.model_fields_set), set(row.model_fields_set))
        object.__setattr__(slim, "__pydantic_fields_set__", fields)
        object.__setattr__(slim, "__pydantic_extra__", None)
        object.__setattr__(slim, "__pydantic_private__", None)
        return slim

    def _once(self, value: object) -> object:
        if type(value) is not str or len(value) > _LONGEST:
            return value
        if len(self._words) < _MOST_WORDS:
            return self._words.setdefault(value, value)
        return self._words.get(value, value)
