"""The pages' second language: Vietnamese source strings, an English catalogue beside them."""

from functools import cache
from gettext import NullTranslations
from importlib.resources import files

from starlette.requests import Request

from core.catalogue import compiled
from core.text import Language

COOKIE = "thongsuot_lang"


@cache
def catalogue(language: Language) -> NullTranslations:
    """Return the translations of a language, compiled from the catalogue once."""
    if language == "vi":
        return NullTranslations()
    source = files("api").joinpath("locale", language, "LC_MESSAGES", "api.po").read_bytes()
    return compiled(source, language)


def language_of(request: Request, default: Language) -> Language:
    """Return the language that the reader chose, else the platform's."""
    chosen = request.cookies.get(COOKIE)
    known: tuple[Language, ...] = ("vi", "en")
    return next((language for language in known if language == chosen), default)
