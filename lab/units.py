"""Which units lie between Bình Phước of old and Đồng Nai of today? Facts, written out by hand.

Names and codes of today follow QĐ 19/2025/QĐ-TTg, those before 1 July 2025 the three-level list
of QĐ 124/2004/QĐ-TTg as it stood on 30 June 2025. What was merged into what: NQ
1662/NQ-UBTVQH15; which xã became phường on 30 April 2026: NQ 237/NQ-UBTVQH16; the province
became a centrally governed city the same day: NQ 30/2026/QH16.
"""

from dataclasses import dataclass
from datetime import date

REFORM = date(2025, 7, 1)  # the day the district level ended
CITY = date(2026, 4, 30)  # the day Đồng Nai became a city and ten of its xã phường


@dataclass(frozen=True, slots=True)
class Commune:
    """A commune of today; `rural_until_city` says that it was a xã until 29 April 2026."""

    code: str
    name: str
    district: str  # code of the former district whose seat it hangs behind
    rural_until_city: bool = False


@dataclass(frozen=True, slots=True)
class OldCommune:
    """A commune as of 30 June 2025, and the code of the commune of today it went into."""

    code: str
    name: str
    became: str


@dataclass(frozen=True, slots=True)
class District:
    """A district as of 30 June 2025; `seat` is the commune of today where its seat lies."""

    code: str
    name: str
    seat: str
    communes: tuple[OldCommune, ...]


def _old(*rows: tuple[str, str, str]) -> tuple[OldCommune, ...]:
    return tuple(OldCommune(*row) for row in rows)


COMMUNES = (
    Commune("25195", "Phường Bình Phước", "689"),
    Commune("25210", "Phường Đồng Xoài", "689"),
    Commune("25217", "Phường Phước Long", "688"),
    Commune("25220", "Phường Phước Bình", "688"),
    Commune("25222", "Xã Bù Gia Mập", "691"),
    Commune("25225", "Xã Đăk Ơ", "691"),
    Commune("25231", "Xã Đa Kia", "691"),
    Commune("25246", "Xã Bình Tân", "698"),
    Commune("25252", "Xã Phú Riềng", "698"),
    Commune("25255", "Xã Long Hà", "698"),
    Commune("25261", "Xã Phú Trung", "698"),
    Commune("25267", "Xã Phú Nghĩa", "691"),
    Commune("25270", "Phường Lộc Ninh", "692", rural_until_city=True),
    Commune("25279", "Xã Lộc Tấn", "692"),
    Commune("25280", "Xã Lộc Thạnh", "692"),
    Commune("25292", "Xã Lộc Quang", "692"),
    Commune("25294", "Xã Lộc Thành", "692"),
    Commune("25303", "Xã Lộc Hưng", "692"),
    Commune("25308", "Xã Thiện Hưng", "693"),
    Commune("25309", "Xã Hưng Phước", "693"),
    Commune("25318", "Xã Tân Tiến", "693"),
    Commune("25326", "Phường Bình Long", "690"),
    Commune("25333", "Phường An Lộc", "690"),
    Commune("25345", "Xã Tân Hưng", "694"),
    Commune("25349", "Xã Minh Đức", "694"),
    Commune("25351", "Xã Tân Quan", "694"),
    Commune("25357", "Phường Tân Khai", "694", rural_until_city=True),
    Commune("25363", "Phường Đồng Phú", "695", rural_until_city=True),
    Commune("25378", "Xã Tân Lợi", "695"),
    Commune("25387", "Xã Thuận Lợi", "695"),
    Commune("25390", "Xã Đồng Tâm", "695"),
    Commune("25396", "Xã Bù Đăng", "696"),
    Commune("25399", "Xã Đak Nhau", "696"),
    Commune("25402", "Xã Thọ Sơn", "696"),
    Commune("25405", "Xã Bom Bo", "696"),
    Commune("25417", "Xã Nghĩa Trung", "696"),
    Commune("25420", "Xã Phước Sơn", "696"),
    Commune("25432", "Phường Chơn Thành", "697"),
    Commune("25441", "Phường Minh Hưng", "697"),
    Commune("25450", "Xã Nha Bích", "697"),
)

DISTRICTS = (
    District(
        "688",
        "Thị xã Phước Long",
        "25217",
        _old(
            ("25216", "Phường Thác Mơ", "25217"),
            ("25217", "Phường Long Thủy", "25217"),
            ("25219", "Phường Phước Bình", "25220"),
            ("25220", "Phường Long Phước", "25220"),
            ("25237", "Phường Sơn Giang", "25217"),
            ("25245", "Xã Long Giang", "25220"),
            ("25249", "Xã Phước Tín", "25217"),
        ),
    ),
    District(
        "689",
        "Thành phố Đồng Xoài",
        "25195",
        _old(
            ("25195", "Phường Tân Phú", "25195"),
            ("25198", "Phường Tân Đồng", "25195"),
            ("25201", "Phường Tân Bình", "25195"),
            ("25204", "Phường Tân Xuân", "25195"),
            ("25205", "Phường Tân Thiện", "25195"),
            ("25207", "Xã Tân Thành", "25210"),
            ("25210", "Phường Tiến Thành", "25210"),
            ("25213", "Xã Tiến Hưng", "25195"),
        ),
    ),
    District(
        "690",
        "Thị xã Bình Long",
        "25326",
        _old(
            ("25320", "Phường Hưng Chiến", "25326"),
            ("25324", "Phường An Lộc", "25326"),
            ("25325", "Phường Phú Thịnh", "25333"),
            ("25326", "Phường Phú Đức", "25326"),
            ("25333", "Xã Thanh Lương", "25333"),
            ("25336", "Xã Thanh Phú", "25333"),
        ),
    ),
    District(
        "691",
        "Huyện Bù Gia Mập",
        "25267",
        _old(
            ("25222", "Xã Bù Gia Mập", "25222"),
            ("25225", "Xã Đak Ơ", "25225"),
            ("25228", "Xã Đức Hạnh", "25267"),
            ("25229", "Xã Phú Văn", "25267"),
            ("25231", "Xã Đa Kia", "25231"),
            ("25232", "Xã Phước Minh", "25231"),
            ("25234", "Xã Bình Thắng", "25231"),
            ("25267", "Xã Phú Nghĩa", "25267"),
        ),
    ),
    District(
        "692",
        "Huyện Lộc Ninh",
        "25270",
        _old(
            ("25270", "Thị trấn Lộc Ninh", "25270"),
            ("25273", "Xã Lộc Hòa", "25280"),
            ("25276", "Xã Lộc An", "25318"),
            ("25279", "Xã Lộc Tấn", "25279"),
            ("25280", "Xã Lộc Thạnh", "25280"),
            ("25282", "Xã Lộc Hiệp", "25292"),
            ("25285", "Xã Lộc Thiện", "25279"),
            ("25288", "Xã Lộc Thuận", "25270"),
            ("25291", "Xã Lộc Quang", "25292"),
            ("25292", "Xã Lộc Phú", "25292"),
            ("25294", "Xã Lộc Thành", "25294"),
            ("25297", "Xã Lộc Thái", "25270"),
            ("25300", "Xã Lộc Điền", "25303"),
            ("25303", "Xã Lộc Hưng", "25303"),
            ("25305", "Xã Lộc Thịnh", "25294"),
            ("25306", "Xã Lộc Khánh", "25303"),
        ),
    ),
    District(
        "693",
        "Huyện Bù Đốp",
        "25308",
        _old(
            ("25308", "Thị trấn Thanh Bình", "25308"),
            ("25309", "Xã Hưng Phước", "25309"),
            ("25310", "Xã Phước Thiện", "25309"),
            ("25312", "Xã Thiện Hưng", "25308"),
            ("25315", "Xã Thanh Hòa", "25308"),
            ("25318", "Xã Tân Thành", "25318"),
            ("25321", "Xã Tân Tiến", "25318"),
        ),
    ),
    District(
        "694",
        "Huyện Hớn Quản",
        "25357",
        _old(
            ("25327", "Xã Thanh An", "25345"),
            ("25330", "Xã An Khương", "25345"),
            ("25339", "Xã An Phú", "25349"),
            ("25342", "Xã Tân Lợi", "25351"),
            ("25345", "Xã Tân Hưng", "25345"),
            ("25348", "Xã Minh Đức", "25349"),
            ("25349", "Xã Minh Tâm", "25349"),
            ("25351", "Xã Phước An", "25351"),
            ("25354", "Xã Thanh Bình", "25326"),
            ("25357", "Thị trấn Tân Khai", "25357"),
            ("25360", "Xã Đồng Nơ", "25357"),
            ("25361", "Xã Tân Hiệp", "25357"),
            ("25438", "Xã Tân Quan", "25351"),
        ),
    ),
    District(
        "695",
        "Huyện Đồng Phú",
        "25363",
        _old(
            ("25363", "Thị trấn Tân Phú", "25363"),
            ("25366", "Xã Thuận Lợi", "25387"),
            ("25369", "Xã Đồng Tâm", "25390"),
            ("25372", "Xã Tân Phước", "25390"),
            ("25375", "Xã Tân Hưng", "25378"),
            ("25378", "Xã Tân Lợi", "25378"),
            ("25381", "Xã Tân Lập", "25363"),
            ("25384", "Xã Tân Hòa", "25378"),
            ("25387", "Xã Thuận Phú", "25387"),
            ("25390", "Xã Đồng Tiến", "25390"),
            ("25393", "Xã Tân Tiến", "25363"),
        ),
    ),
    District(
        "696",
        "Huyện Bù Đăng",
        "25396",
        _old(
            ("25396", "Thị trấn Đức Phong", "25396"),
            ("25398", "Xã Đường 10", "25399"),
            ("25399", "Xã Đak Nhau", "25399"),
            ("25400", "Xã Phú Sơn", "25402"),
            ("25402", "Xã Thọ Sơn", "25402"),
            ("25404", "Xã Bình Minh", "25405"),
            ("25405", "Xã Bom Bo", "25405"),
            ("25408", "Xã Minh Hưng", "25396"),
            ("25411", "Xã Đoàn Kết", "25396"),
            ("25414", "Xã Đồng Nai", "25402"),
            ("25417", "Xã Đức Liễu", "25417"),
            ("25420", "Xã Thống Nhất", "25420"),
            ("25423", "Xã Nghĩa Trung", "25417"),
            ("25424", "Xã Nghĩa Bình", "25417"),
            ("25426", "Xã Đăng Hà", "25420"),
            ("25429", "Xã Phước Sơn", "25420"),
        ),
    ),
    District(
        "697",
        "Thị xã Chơn Thành",
        "25432",
        _old(
            ("25432", "Phường Hưng Long", "25432"),
            ("25433", "Phường Thành Tâm", "25432"),
            ("25435", "Xã Minh Lập", "25450"),
            ("25439", "Xã Quang Minh", "25351"),
            ("25441", "Phường Minh Hưng", "25441"),
            ("25444", "Phường Minh Long", "25441"),
            ("25447", "Phường Minh Thành", "25432"),
            ("25450", "Xã Nha Bích", "25450"),
            ("25453", "Xã Minh Thắng", "25450"),
        ),
    ),
    District(
        "698",
        "Huyện Phú Riềng",
        "25252",
        _old(
            ("25240", "Xã Long Bình", "25246"),
            ("25243", "Xã Bình Tân", "25246"),
            ("25244", "Xã Bình Sơn", "25220"),
            ("25246", "Xã Long Hưng", "25246"),
            ("25250", "Xã Phước Tân", "25261"),
            ("25252", "Xã Bù Nho", "25252"),
            ("25255", "Xã Long Hà", "25255"),
            ("25258", "Xã Long Tân", "25255"),
            ("25261", "Xã Phú Trung", "25261"),
            ("25264", "Xã Phú Riềng", "25252"),
        ),
    ),
)
