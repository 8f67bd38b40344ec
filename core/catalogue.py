"""A gettext catalogue as it is written, made ready to look sentences up in."""

from gettext import GNUTranslations
from io import BytesIO


def compiled(source: bytes, locale: str) -> GNUTranslations:
    """Return the translations of a `.po` file; ImportError where Babel is not installed."""
    from babel.messages.mofile import write_mo  # noqa: PLC0415  (an agent has no Babel)
    from babel.messages.pofile import read_po  # noqa: PLC0415

    content = BytesIO()
    write_mo(content, read_po(BytesIO(source), locale=locale))
    content.seek(0)
    return GNUTranslations(content)
