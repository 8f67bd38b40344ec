"""In which language do we speak to the person at this terminal?"""

from collections.abc import Mapping

from core.text import Language


def of(environ: Mapping[str, str]) -> Language:
    """Return the language asked for by THONGSUOT_LANG, else by LANG; Vietnamese by default."""
    asked = environ.get("THONGSUOT_LANG") or environ.get("LANG", "")
    return "en" if asked.lower().startswith("en") else "vi"
