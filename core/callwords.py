"""How the quality of a call is written, in both languages: grades, sides, figures, the estimate."""

from core.callquality import Grade, Side
from core.text import Language, Text

GRADE = {
    Grade.GOOD: Text("tốt", "good"),
    Grade.FAIR: Text("tạm được", "fair"),
    Grade.POOR: Text("kém", "poor"),
    Grade.BAD: Text("rất kém", "bad"),
    Grade.UNKNOWN: Text("chưa đo được", "not measured"),
}
MEDIA = {
    "audio": Text("tiếng", "sound"),
    "video": Text("hình", "picture"),
    "content": Text("trình chiếu", "slides"),
    "all": Text("hình và tiếng", "picture and sound"),
}
DIRECTION = {
    "rx": Text("chiều đến điểm cầu", "to the room"),
    "tx": Text("chiều từ điểm cầu đi", "from the room"),
}
SIDE = {
    Side.LINE: Text("lỗi ở đường truyền", "the line is at fault"),
    Side.ROOM: Text("lỗi ở điểm cầu", "the room is at fault"),
    Side.BRIDGE: Text("lỗi ở cầu nối", "the bridge is at fault"),
    Side.UNKNOWN: Text("chưa rõ lỗi ở bên nào", "which side is at fault is not known"),
}
_FIGURE = {
    "loss": Text("mất gói {0}", "{0} of packets lost"),
    "jitter": Text("biến thiên trễ {0}", "jitter {0}"),
    "round_trip": Text("đi về {0}", "round trip {0}"),
    "used": Text("chỉ dùng {0} tốc độ đã thoả thuận", "only {0} of the negotiated rate in use"),
}
_GLUE = "\N{NO-BREAK SPACE}"
_SHARES = frozenset({"loss", "used"})
_ESTIMATE = Text("ước tính đường truyền: R {0}, MOS {1}", "estimate of the path: R {0}, MOS {1}")


def number(value: float, digits: int, language: Language) -> str:
    """Return a number as it is written in a language, without needless zeros: 3,2 or 3.2."""
    text = f"{value:.{digits}f}"
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return text if language == "en" else text.replace(".", ",")


def figure(name: str, value: float | None, language: Language) -> str:
    """Return a figure in words: mất gói 3,2 %; đi về 420 ms. Empty where there is none."""
    text = _FIGURE.get(name)
    if text is None or value is None:
        return ""
    if name in _SHARES:
        written = f"{number(value * 100, 1, language)}{_GLUE}%"
    else:
        written = f"{number(value * 1000, 0, language)}{_GLUE}ms"
    return text.said(language).format(written)


def worst_figure(
    by: str, media: str, direction: str, value: float | None, language: Language
) -> str:
    """Return the worst figure with its medium and direction: mất gói 3,2 % (hình, chiều đến …)."""
    said = figure(by, value, language)
    places = [words[key] for words, key in ((MEDIA, media), (DIRECTION, direction)) if key in words]
    if not said or not places:
        return said
    return f"{said} ({', '.join(one.said(language) for one in places)})"


def estimate(rating: float | None, mos: float | None, language: Language) -> str:
    """Return R and MOS, called what they are: an estimate of the path. Empty if unknown."""
    if rating is None or mos is None:
        return ""
    return _ESTIMATE.said(language).format(number(rating, 0, language), number(mos, 1, language))
