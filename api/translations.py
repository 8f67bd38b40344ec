"""The pages' second language: Vietnamese source strings, an English catalogue beside them."""

from functools import cache
from gettext import GNUTranslations, NullTranslations
from importlib.resources import files
from io import BytesIO

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from starlette.requests import Request

from core.text import Language

COOKIE = "thongsuot_lang"


@cache
def catalogue(language: Language) -> NullTranslations:
    """Return the translations of a language, compiled from the catalogue once."""
    if language == "vi":
        return NullTranslations()
    source = files("api").joinpath("locale", language, "LC_MESSAGES", "api.po").read_bytes()
    compiled = BytesIO()
    write_mo(compiled, read_po(BytesIO(source), locale=language))
    compiled.seek(0)
    return GNUTranslations(compiled)


def language_of(request: Request, default: Language) -> Language:
    """Return the language that the reader chose, else the platform's."""
    chosen = request.cookies.get(COOKIE)
    known: tuple[Language, ...] = ("vi", "en")
    return next((language for language in known if language == chosen), default)
