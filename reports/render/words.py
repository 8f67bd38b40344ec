"""The words of a report in both languages; the glossary of the province's own papers."""

from collections.abc import Mapping

from core.text import Language, Text
from core.watching import TargetKind
from reports.capacity import Direction, Verdict
from reports.report import Bucket, ScopeKind

BUCKET: Mapping[Bucket, Text] = {
    Bucket.UP: Text("hoạt động bình thường", "up"),
    Bucket.DEGRADED: Text("suy giảm (vẫn phục vụ)", "degraded (still in service)"),
    Bucket.DOWN: Text("gián đoạn", "down"),
    Bucket.EXCLUDED: Text("không tính", "excluded"),
    Bucket.UNKNOWN: Text("chưa có số liệu", "no data"),
}
KIND: Mapping[TargetKind, Text] = {
    TargetKind.SITE: Text("điểm cầu", "site"),
    TargetKind.LINK: Text("đường truyền", "link"),
    TargetKind.DEVICE: Text("thiết bị", "device"),
    TargetKind.ROOM: Text("phòng họp", "room"),
    TargetKind.SERVICE: Text("dịch vụ", "service"),
}
SCOPE: Mapping[ScopeKind, Text] = {
    ScopeKind.UNIT: Text("đơn vị", "unit"),
    ScopeKind.ORGANISATION: Text("cơ quan", "organisation"),
    ScopeKind.NETWORK: Text("loại đường truyền", "class of links"),
    ScopeKind.CARRIER: Text("nhà cung cấp dịch vụ", "carrier"),
    ScopeKind.TARGET: Text("đối tượng", "target"),
}
LEVEL: Mapping[str, Text] = {
    "province": Text("tỉnh, thành phố", "province"),
    "district": Text("huyện", "district"),
    "commune": Text("xã, phường", "commune"),
}
NO_DATA = BUCKET[Bucket.UNKNOWN]
DIRECTION: Mapping[Direction, Text] = {
    Direction.IN: Text("nhận (từ trung tâm về điểm)", "in (from the centre to the site)"),
    Direction.OUT: Text("gửi (từ điểm về trung tâm)", "out (from the site to the centre)"),
}
VERDICT: Mapping[Verdict, Text] = {
    Verdict.EXCEEDED: Text("vượt 90 %", "above 90%"),
    Verdict.MET: Text("trong mức 90 %", "within 90%"),
    Verdict.UNKNOWN: Text("chưa đủ số liệu", "not enough data"),
}

WORDS: Mapping[str, Text] = {
    "republic": Text("Cộng hòa xã hội chủ nghĩa Việt Nam", "Socialist Republic of Viet Nam"),
    "motto": Text("Độc lập - Tự do - Hạnh phúc", "Independence - Freedom - Happiness"),
    "number": Text("Số:", "No.:"),
    "dated": Text("ngày … tháng … năm …", "date: … / … / …"),
    "report": Text("Báo cáo", "Report"),
    "about": Text("Thời gian hoạt động và gián đoạn", "Availability and outages"),
    "title": Text("Báo cáo thời gian hoạt động", "Uptime report"),
    "contents": Text("Nội dung", "Contents"),
    "scope": Text("Phạm vi", "Scope"),
    "period": Text("Kỳ báo cáo", "Period"),
    "span": Text(
        "từ {0} đến trước {1} (giờ Việt Nam)", "from {0} until before {1} (Viet Nam time)"
    ),
    "previous": Text("Kỳ trước", "Period before"),
    "calendar": Text("Giờ phải phục vụ", "Agreed hours"),
    "known": Text("Số liệu chốt lúc", "As known at"),
    "targets": Text("Số đối tượng", "Targets"),
    "summary": Text("Kết quả chung", "Summary"),
    "availability": Text("Tỷ lệ hoạt động", "Availability"),
    "numerator": Text("Đã phục vụ", "In service"),
    "denominator": Text("Phải phục vụ", "Agreed and known"),
    "degraded": Text("Trong đó suy giảm", "Of which degraded"),
    "down": Text("Gián đoạn", "Down"),
    "excluded": Text("Không tính", "Excluded"),
    "unknown": Text("Chưa có số liệu", "No data"),
    "total": Text("Tổng thời gian", "Whole time"),
    "up": Text("Trong đó bình thường", "Of which up"),
    "outages": Text("Số lần gián đoạn", "Outages"),
    "times": Text("Số lần", "Outages"),
    "longest": Text("Lần dài nhất", "Longest"),
    "mttr": Text("Khắc phục trung bình (MTTR)", "Mean time to repair (MTTR)"),
    "mtbf": Text("Giữa hai lần gián đoạn (MTBF)", "Mean time between outages (MTBF)"),
    "before": Text("Kỳ trước", "Before"),
    "change": Text("so với kỳ trước: {0} điểm %", "against the period before: {0} points"),
    "goal": Text("Mức phấn đấu", "Goal"),
    "goal_is_ours": Text("đề xuất, chưa phải quy định", "a proposal, no regulation"),
    "met": Text("đạt", "met"),
    "missed": Text("không đạt", "not met"),
    "goal_unknown": Text("chưa đủ số liệu để đánh giá", "cannot be judged without data"),
    "hms": Text("giờ:phút:giây", "h:min:s"),
    "worst": Text("Mười đối tượng gián đoạn nhiều nhất", "The ten targets with most time down"),
    "no_worst": Text(
        "Không có đối tượng nào gián đoạn trong kỳ.", "No target was down in the period."
    ),
    "comparison": Text(
        "Phần thời gian gián đoạn so với kỳ trước (càng ngắn càng tốt)",
        "Share of time down against the period before (shorter is better)",
    ),
    "this_period": Text("kỳ này", "this period"),
    "that_period": Text("kỳ trước", "period before"),
    "detail": Text("Chi tiết theo đơn vị và đối tượng", "Every unit and target"),
    "name": Text("Đơn vị, đối tượng", "Unit, target"),
    "timeline": Text("Diễn biến trong kỳ", "Timelines"),
    "timeline_note": Text(
        "Mỗi ô mang trạng thái xấu nhất trong khoảng của nó ({0}), nên một lần gián đoạn ngắn vẫn "
        "thấy được.",
        "Each column shows the worst that happened within it ({0}), so that a short outage stays "
        "visible.",
    ),
    "outage_list": Text("Các lần gián đoạn", "Outages"),
    "no_outages": Text("Không có lần gián đoạn nào trong kỳ.", "There was no outage."),
    "target": Text("Đối tượng", "Target"),
    "begin": Text("Bắt đầu", "Begin"),
    "end": Text("Kết thúc", "End"),
    "length": Text("Thời gian gián đoạn", "Time down"),
    "outside": Text("Không tính", "Excluded"),
    "root": Text("Nơi gây ra", "Root"),
    "cause": Text("Nguyên nhân", "Cause"),
    "stated": Text("Nguyên nhân đã xác định", "Cause as established"),
    "fault": Text("Thuộc về", "At fault"),
    "line": Text("Nhà cung cấp, mã kênh", "Carrier, circuit"),
    "incident": Text("Mã sự cố", "Incident"),
    "unit": Text("Đơn vị", "Unit"),
    "itself": Text("chính đối tượng", "the target itself"),
    "began_before": Text("từ trước kỳ", "since before the period"),
    "still_open": Text("còn tiếp diễn khi hết kỳ", "still going on at the period's end"),
    "links": Text("Đường truyền", "Links"),
    "line_name": Text("Đường truyền, mã kênh", "Link, circuit"),
    "no_links": Text("Không có đường truyền nào trong phạm vi.", "There is no link in the scope."),
    "crowded": Text(
        "Đường truyền vượt 90 % (P95, 7 ngày)", "Links above 90% (95th percentile, 7 days)"
    ),
    "crowded_rule": Text(
        "Thông tư 06/2026/TT-BKHCN, điều 5.6: mỗi chiều, phân vị 95 của các trung bình 5 phút "
        "trong 7 ngày liên tục không quá 90 % băng thông thuê; vượt thì phải nâng cấp. Số ngày là "
        "số ngày mà 7 ngày kết thúc ở đó vượt mức; số liệu thiếu tính là không có lưu lượng, nên "
        "P95 in ra là ít nhất.",
        "Circular 06/2026/TT-BKHCN, article 5.6: in each direction the 95th percentile of 5-minute "
        "means over 7 consecutive days is at most 90% of the rented capacity, else it is to be "
        "upgraded. Days are those on which the 7 days that ended were above; what is missing "
        "counts as no traffic, so that the percentile printed is the least it can be.",
    ),
    "crowded_none": Text(
        "Không có đường truyền nào vượt mức trong kỳ.", "No link was above it in the period."
    ),
    "crowded_unknown": Text(
        "Chưa đủ số liệu để kết luận về {0} trong {1} đường truyền; không có số liệu không phải là "
        "đạt.",
        "Nothing can be said of {0} of {1} links for want of data; no data is not compliance.",
    ),
    "crowded_not_asked": Text(
        "Không đọc được chuỗi thời gian nên không lập được mục này.",
        "The time series could not be read, so there is nothing to say here.",
    ),
    "indicators": Text("Chỉ tiêu từ số liệu khai", "Indicators of declared figures"),
    "indicators_rule": Text(
        "Số liệu do nhà mạng, quản trị hệ thống, các đơn vị khai; số liệu đã cũ vào cuối kỳ không "
        "được tính. Đơn vị chưa khai không nằm trong mẫu số.",
        "Figures declared by carriers, administrators and units; what was stale at the end of the "
        "period is left out. Units that declared nothing are in no denominator.",
    ),
    "indicator": Text("Chỉ tiêu", "Indicator"),
    "indicator_code": Text("Mã", "Code"),
    "indicator_of": Text("Tử số", "Numerator"),
    "indicator_per": Text("Mẫu số", "Denominator"),
    "indicator_share": Text("Tỷ lệ", "Share"),
    "indicator_units": Text("Số đơn vị", "Units"),
    "indicator_stale": Text("Dòng đã cũ", "Stale rows"),
    "indicator_figures": Text("Số liệu", "Figures of"),
    "indicator_source": Text("Cách tính", "How it is computed"),
    "direction": Text("Chiều", "Direction"),
    "crowded_days": Text("Số ngày vượt", "Days above"),
    "crowded_judged": Text("Số ngày kết luận được", "Days judged"),
    "crowded_highest": Text("P95 cao nhất", "Highest P95"),
    "crowded_span": Text("Từ ngày, đến ngày", "First, last day"),
    "first_day": Text("Ngày đầu", "First day"),
    "last_day": Text("Ngày cuối", "Last day"),
    "capacity": Text("Băng thông (Mbit/s)", "Capacity (Mbit/s)"),
    "p95": Text("P95 của số liệu có", "P95 of what is known"),
    "at_least": Text("P95 ít nhất", "P95 at least"),
    "highest": Text("Cao nhất", "Highest"),
    "known_slots": Text("Số trung bình 5 phút có", "5-minute means known"),
    "missing_slots": Text("Số trung bình 5 phút thiếu", "5-minute means missing"),
    "above_slots": Text("Số trung bình 5 phút trên 90 %", "5-minute means above 90%"),
    "verdict": Text("Kết luận", "Verdict"),
    "works": Text("Bảo trì có báo trước", "Announced works"),
    "no_works": Text("Không có lần bảo trì nào được báo trước.", "No works were announced."),
    "works_id": Text("Số", "No."),
    "reason": Text("Nội dung", "Reason"),
    "announced": Text("Báo lúc", "Announced"),
    "concerns": Text("Nơi bảo trì", "Where"),
    "counted": Text("Cách tính", "How counted"),
    "works_excluded": Text("không tính vào thời gian gián đoạn", "excluded"),
    "works_counted": Text("vẫn tính", "counted"),
    "works_cancelled": Text("đã huỷ", "cancelled"),
    "within": Text("Thời gian trong phạm vi", "Time within the scope"),
    "method": Text("Cách tính", "How it is counted"),
    "notes": Text("Ghi chú", "Notes"),
    "note": Text("Ghi chú", "Note"),
    "special_days": Text("Ngày nghỉ, ngày làm bù trong kỳ", "Special days of the period"),
    "clock": Text("Đồng hồ của hệ thống chưa đồng bộ", "Our clock was not synchronised"),
    "clock_note": Text(
        "Trong các khoảng sau, đồng hồ của hệ thống đo chưa được đồng bộ; giờ bắt đầu và kết thúc "
        "có thể lệch:",
        "In these spans the clock of the measuring system was not synchronised; begins and ends "
        "may be off:",
    ),
    "more_outages": Text(
        "… và {0} lần nữa, ngắn hơn; xem tệp XLSX.", "… and {0} more, shorter; see the XLSX file."
    ),
    "unlisted": Text("… và {0} lần nữa, ngắn hơn", "… and {0} more, shorter"),
    "more_rows": Text(
        "… và {0} dòng nữa; xem tệp XLSX.", "… and {0} more lines; see the XLSX file."
    ),
    "more_timelines": Text(
        "… và {0} đối tượng nữa, ít gián đoạn hơn.", "… and {0} more targets with less time down."
    ),
    "recipients": Text("Nơi nhận:", "Recipients:"),
    "clerk": Text("Người lập biểu", "Prepared by"),
    "head": Text("Thủ trưởng đơn vị", "Head of the unit"),
    "sign": Text("(Ký, ghi rõ họ tên)", "(signature, full name)"),
    "seal": Text("(Ký tên, đóng dấu)", "(signature, seal)"),
    "legend": Text("Chú giải", "Legend"),
    "key": Text("Mã", "Key"),
    "code": Text("Mã đơn vị", "Unit code"),
    "level": Text("Cấp", "Level"),
    "kind": Text("Loại", "Kind"),
    "row_detail": Text("Địa chỉ, mã kênh", "Address, circuit"),
    "depth": Text("Bậc", "Depth"),
    "carrier": Text("Nhà cung cấp", "Carrier"),
    "circuit": Text("Mã kênh", "Circuit"),
    "reference": Text("Số văn bản", "Reference"),
    "by": Text("Người ghi", "Recorded by"),
    "seconds": Text("giây", "seconds"),
    "sheet_summary": Text("Tổng hợp", "Summary"),
    "sheet_detail": Text("Chi tiết", "Detail"),
    "sheet_outages": Text("Gián đoạn", "Outages"),
    "sheet_links": Text("Đường truyền", "Links"),
    "sheet_indicators": Text("Chỉ tiêu", "Indicators"),
    "sheet_crowded": Text("Vượt 90 % P95", "Above 90% P95"),
    "sheet_works": Text("Bảo trì", "Works"),
    "sheet_method": Text("Cách tính", "Method"),
}

METHOD: tuple[Text, ...] = (
    Text(
        "Mọi con số là giây nguyên, tính theo khoảng nửa mở [bắt đầu, kết thúc), giờ Việt Nam. Mỗi "
        "giây của kỳ thuộc đúng một trong năm loại: bình thường, suy giảm, gián đoạn, không tính, "
        "chưa có số liệu; tổng năm loại bằng đúng độ dài của kỳ nhân với số đối tượng.",
        "Every figure is whole seconds over half-open spans [begin, end), Viet Nam time. Each "
        "second of the period is in exactly one of five classes: up, degraded, down, excluded, no "
        "data; together they are exactly the period times the number of targets.",
    ),
    Text(
        "Tỷ lệ hoạt động = (bình thường + suy giảm) : (bình thường + suy giảm + gián đoạn), cắt "
        "(không làm tròn lên) ở ba chữ số sau dấu phẩy. Thời gian chưa có số liệu không bao giờ "
        "được coi là hoạt động, và được in riêng.",
        "Availability = (up + degraded) : (up + degraded + down), cut (never rounded up) after "
        "three digits. Time without data never counts as up, and is printed apart.",
    ),
    Text(
        "Một lần gián đoạn bắt đầu ở lần đo hỏng đầu tiên và kết thúc ở lần đo tốt đầu tiên. Điểm "
        "cầu, phòng họp, dịch vụ không tới được vì một nơi khác hỏng vẫn tính là gián đoạn, ghi rõ "
        "nơi gây ra; đường truyền, thiết bị khi đó tính là chưa có số liệu vì không phải lỗi của "
        "chúng.",
        "An outage begins at the first failed observation and ends at the first good one. A site, "
        "room or service that cannot be reached because something else failed counts as down, with "
        "the root named; a link or device counts as without data then: it was not its fault.",
    ),
    Text(
        "Không tính: ngoài thời gian phải phục vụ, và bảo trì đã báo trước đủ thời hạn. MTTR là "
        "trung bình của các lần gián đoạn kết thúc trong kỳ; MTBF là thời gian phục vụ chia cho số "
        "lần gián đoạn.",
        "Excluded: time outside the agreed hours, and works announced long enough ahead. MTTR is "
        "the mean of the outages that ended in the period; MTBF is time in service by the number "
        "of outages.",
    ),
)


def said(key: str, language: Language, *values: object) -> str:
    """Return a word of the report, its `{0}` filled in."""
    text = WORDS[key].said(language)
    return text.format(*values) if values else text
