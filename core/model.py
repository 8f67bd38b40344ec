"""The frozen pydantic base of everything that people edit or the API shows."""

from typing import Annotated

from pydantic import BaseModel, BeforeValidator, ConfigDict, StringConstraints

from core.text import nfc


def _normal(value: object) -> object:
    return nfc(value) if isinstance(value, str) else value


Slug = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9._-]{0,62}$")]
Line = Annotated[str, BeforeValidator(_normal), StringConstraints(max_length=200)]


class Model(BaseModel):
    """Immutable, strict about names: an unknown key is an error."""

    model_config = ConfigDict(frozen=True, extra="forbid")
