"""Board Services: which service does not answer, answers slowly, or will soon lose its trust?"""

from collections.abc import Sequence

from core.status import Status
from core.text import Language, Text
from core.watching import TargetKind
from grafana import variables
from grafana.board import Board
from grafana.expressions import (
    LOST,
    NOW,
    chosen,
    code,
    count,
    in_unit,
    metric,
    named,
    only,
    ranks,
    share,
    worst,
)
from grafana.measured import Measured
from grafana.panels import Column, Words, bars, lines, number, timeline, worst_first
from grafana.statuses import (
    ANY_IS_GREY,
    ANY_IS_ORANGE,
    ANY_IS_RED,
    ANY_IS_YELLOW,
    PARTS,
    Limits,
)
from inventory.expiry import STAGES
from runtime import surroundings

SERVICE = TargetKind.SERVICE
ROWS, CURVES = 25, 10
DAY = 86_400
SEEN_FROM = 'vantage=~"$vantage"'
_SERVICES = chosen(SERVICE)
_ALL = Measured()
_SOON = STAGES[1]  # days
_DAYS = Text("suffix: ngày", "suffix: days")  # Grafana's own unit would tell weeks instead
_LEFT: Limits = ((None, "red"), (STAGES[2], "orange"), (_SOON, "green"))
# The chain that was verified, where one was: a server may show certificates beside it that ended.
_EXPIRY = ("probe_ssl_last_chain_expiry_timestamp_seconds", "probe_ssl_earliest_cert_expiry")
# What ends at a time, and what it is called on the panel in either language.
_ENDS = (
    (_EXPIRY, "TLS"),
    (("probe_dns_zone_signature_expiry_timestamp_seconds",), "DNSSEC"),
    (("probe_crl_next_update_timestamp_seconds",), "CRL"),
    (("probe_ocsp_next_update_timestamp_seconds",), "OCSP"),
    (("probe_tsa_certificate_expiry_timestamp_seconds",), "TSA"),
)


def board(language: Language) -> Board:
    """Return the board."""
    made = Board(
        slug="services",
        title=Text("Thông Suốt – Dịch vụ", "Thông Suốt – Services"),
        question=Text(
            "Dịch vụ nào không trả lời, trả lời chậm, hay sắp hết hạn chứng thư?",
            "Which service does not answer, is slow, or is about to lose its certificate?",
        ),
        language=language,
        variables=(
            variables.source(language),
            variables.hub(),
            variables.unit(language),
            variables.vantage(language),
        ),
        marks=in_unit(surroundings.INCIDENT, 'kind="service"'),
    )
    made.row(4, *_counts(language))
    made.row(12, _worst(language))
    made.row(9, _timeline(language), _failing(language))
    made.row(8, _answering(language), _phases(language), _steps(language))
    made.row(8, _ends(language), _aspects(language), _clocks(language))
    made.row(8, _age(language), _mail(language), _mailboxes(language))
    made.row(8, _values(language), _balances(language), _lists(language))
    return made


def _measured(name: str, *matchers: str) -> str:
    """Return a selector of what was seen from the chosen vantages."""
    return metric(name, SEEN_FROM, *matchers)


def _of_service(expression: str) -> str:
    """Return what is measured by instance, by service."""
    return f'label_replace({expression}, "service", "$1", "instance", "(.+)")'


def _days_left(names: Sequence[str]) -> str:
    """Return the days until an instant, by the first of some names that tells it."""
    told = " or ".join(_measured(name) for name in names)
    return f"(min by (instance) ({told}) - time()) / {DAY}"


def _counts(language: Language) -> list[object]:
    ending = f"{_days_left(_EXPIRY)} < bool {_SOON}"
    statuses = (
        (
            Words(
                Text("Mất kết nối", "Down"),
                Text("Số dịch vụ tự nó hỏng.", "Services that failed themselves."),
            ),
            Status.DOWN,
            ANY_IS_RED,
        ),
        (
            Words(
                Text("Mất theo", "Unreachable"),
                Text(
                    "Số dịch vụ không tới được vì máy chủ hay đường phía trên hỏng.",
                    "Services out of reach because a server or line above them failed.",
                ),
            ),
            Status.UNREACHABLE,
            ANY_IS_ORANGE,
        ),
        (
            Words(
                Text("Suy giảm", "Degraded"),
                Text(
                    "Số dịch vụ còn trả lời nhưng có phép đo không đạt.",
                    "Services that answer while one of their checks finds fault.",
                ),
            ),
            Status.DEGRADED,
            ANY_IS_YELLOW,
        ),
        (
            Words(
                Text("Không rõ", "Not known"),
                Text(
                    "Số dịch vụ chưa đo được; không phải là hỏng.",
                    "Services that were not looked at; that is not down.",
                ),
            ),
            Status.UNKNOWN,
            ANY_IS_GREY,
        ),
    )
    found: list[object] = [
        number(words, language, count(SERVICE, status.value, _SERVICES), limits=limits)
        for words, status, limits in statuses
    ]
    failed = f"1 - min by (instance, collector) ({_measured('probe_success')})"
    found.append(
        number(
            Words(
                Text("Phép đo không đạt", "Checks that find fault"),
                Text(
                    "Số phép đo dịch vụ thấy sai ở lần gần nhất.",
                    "Checks of services whose latest look found fault.",
                ),
            ),
            language,
            f"sum({named(_of_service(failed), SERVICE, _SERVICES, ())})",
            limits=ANY_IS_YELLOW,
        )
    )
    found.append(
        number(
            Words(
                Text("Chứng thư sắp hết hạn", "Certificates ending"),
                Text(
                    f"Số dịch vụ có chứng thư TLS hết hạn trong {_SOON} ngày.",
                    f"Services whose TLS certificate ends within {_SOON} days.",
                ),
            ),
            language,
            _ALL.total(ending),
            limits=ANY_IS_YELLOW,
            link="${hub}/certificates",
        )
    )
    return found


def _worst(language: Language) -> object:
    took = f"max by (instance) (avg_over_time({_measured('probe_duration_seconds')}[$__range]))"
    ranked = worst(ROWS, named(ranks(SERVICE, _of_service(took)), SERVICE, _SERVICES, ()))
    told = only(named(code(SERVICE), SERVICE, _SERVICES, ("name", "role")), "service", ranked)

    def of_it(expression: str) -> str:
        return only(_of_service(expression), "service", ranked)

    succeeded = f"avg by (instance) (avg_over_time({_measured('probe_success')}[$__range]))"
    return worst_first(
        Words(
            Text("Dịch vụ, nặng nhất trước", "Services, worst first"),
            Text(
                f"{ROWS} dịch vụ có trạng thái xấu nhất lúc này; chọn tên để mở trang dịch vụ. "
                "Trả lời là phép đo chậm nhất; đạt là phần lần đo không thấy gì sai trong khoảng.",
                f"The {ROWS} services whose status is worst; a name opens its page. The answer is "
                "that of the slowest check; well is the share of looks that found no fault.",
            ),
        ),
        language,
        by="service",
        labels={"name": Text("Dịch vụ", "Service"), "role": Text("Loại", "Kind")},
        columns=[
            Column(Text("Trạng thái", "Status"), told, status=True),
            Column(
                Text("Đạt", "Well"), of_it(succeeded), unit="percentunit", limits=_WELL, decimals=1
            ),
            Column(
                Text("Trả lời", "Answer"),
                of_it(f"max by (instance) ({_measured('probe_duration_seconds')})"),
                unit="s",
            ),
            Column(
                Text("Mã HTTP", "HTTP code"),
                of_it(f"max by (instance) ({_measured('probe_http_status_code')})"),
            ),
            Column(
                Text("Chứng thư còn", "Certificate left"),
                of_it(_days_left(_EXPIRY)),
                unit=_DAYS.said(language),
                limits=_LEFT,
                decimals=0,
            ),
            Column(
                Text("Tin mới nhất", "Newest content"),
                of_it(f"max by (instance) ({_measured('probe_http_content_age_seconds')})"),
                unit="s",
            ),
            Column(
                Text("Mất trong khoảng", "Lost in range"),
                only(share(SERVICE, LOST), "service", ranked),
                unit="percentunit",
                decimals=2,
            ),
        ],
        link="${hub}/targets/${__data.fields.service}",
    )


_WELL: Limits = ((None, "red"), (0.9, "yellow"), (0.99, "green"))


def _timeline(language: Language) -> object:
    then = chosen(SERVICE, at=NOW)
    ranked = worst(ROWS, named(share(SERVICE, LOST, NOW), SERVICE, then, ()))
    return timeline(
        Words(
            Text("Mất lâu nhất trong khoảng", "Longest lost in the range"),
            Text(
                f"Trạng thái theo thời gian của {ROWS} dịch vụ mất lâu nhất; chỗ trống là không "
                "có dữ liệu.",
                f"Statuses over time of the {ROWS} services longest lost; a gap is missing data.",
            ),
        ),
        language,
        only(named(code(SERVICE), SERVICE, _SERVICES), "service", ranked),
    )


def _failing(language: Language) -> object:
    selector = _measured("probe_success", 'collector!=""')
    failed = f"1 - avg by (instance, collector) (avg_over_time({selector}[$__range]))"
    return bars(
        Words(
            Text("Phép đo không đạt nhiều nhất", "Checks that failed most"),
            Text(
                f"Phần lần đo thấy sai trong khoảng, {ROWS - 10} phép đo nhiều nhất.",
                f"The share of looks that found fault, of the {ROWS - 10} worst checks.",
            ),
        ),
        language,
        _ALL.highest(ROWS - 10, failed),
        "{{name}} {{collector}}",
        unit="percentunit",
        limits=((None, "green"), (0.01, "yellow"), (0.1, "red")),
        top=1.0,
    )


def _answering(language: Language) -> object:
    by = "instance, collector"
    selector = _measured("probe_duration_seconds", 'collector!=""')
    return lines(
        Words(
            Text("Thời gian trả lời", "Response time"),
            Text(
                f"Cả phép đo, {CURVES} phép đo chậm nhất trong khoảng.",
                f"Of whole checks, the {CURVES} slowest of the range.",
            ),
        ),
        language,
        [(_ALL.curves(CURVES, selector, by), "{{name}} {{collector}}")],
        unit="s",
    )


def _phases(language: Language) -> object:
    by_phase = " or ".join(
        f"max by (instance, collector, phase) ({_measured(f'probe_{name}_duration_seconds')})"
        for name in ("http", "ldap", "smtp", "mailbox", "dns")
    )
    alone = " or ".join(
        f"label_replace(max by (instance, collector) ({_measured(f'probe_{name}_seconds')}), "
        f'"phase", "{phase}", "", "")'
        for name, phase in (
            ("tcp_connect_duration", "connect"),
            ("tls_handshake_duration", "tls"),
            ("sql_login", "login"),
            ("sql_query", "query"),
        )
    )
    phases = f"{by_phase} or {alone}"
    return lines(
        Words(
            Text("Trả lời theo chặng", "Response time by phase"),
            Text(
                f"{CURVES} chặng chậm nhất lúc đó, của mọi giao thức: phân giải tên, kết nối, TLS, "
                "xử lý, truyền.",
                f"The {CURVES} slowest phases at each time, of all protocols: resolve, connect, "
                "TLS, processing, transfer.",
            ),
        ),
        language,
        [(worst(CURVES, _ALL.kept(phases)), "{{name}} {{collector}} {{phase}}")],
        unit="s",
    )


def _steps(language: Language) -> object:
    by = "instance, step"
    selector = _measured("probe_http_step_duration_seconds")
    return lines(
        Words(
            Text("Các bước của giao dịch", "Steps of transactions"),
            Text(
                f"{CURVES} bước chậm nhất trong khoảng: đăng nhập, mở danh sách, tra cứu.",
                f"The {CURVES} slowest steps of the range: logging in, lists, look-ups.",
            ),
        ),
        language,
        [(_ALL.curves(CURVES, selector, by), "{{name}}: {{step}}")],
        unit="s",
    )


def _ends(language: Language) -> object:
    left = " or ".join(
        f'label_replace({_days_left(names)}, "what", "{what}", "", "")' for names, what in _ENDS
    )
    return bars(
        Words(
            Text("Cái gì hết hạn trước", "What ends next"),
            Text(
                "Số ngày còn lại của chứng thư TLS, chữ ký DNSSEC, danh sách thu hồi (CRL), trả "
                "lời OCSP và chứng thư dấu thời gian (TSA).",
                "Days left of TLS certificates, DNSSEC signatures, revocation lists (CRL), OCSP "
                "answers and certificates of time stamps (TSA).",
            ),
        ),
        language,
        _ALL.lowest(ROWS - 10, left),
        "{{name}} {{what}}",
        decimals=0,
        unit=_DAYS.said(language),
        limits=_LEFT,
    )


def _aspects(language: Language) -> object:
    names = ("probe_dns_zone_status", "probe_ldap_status", "probe_ocsp_certificate_status")
    status = " or ".join(f"max by (instance, aspect) ({_measured(names[n])})" for n in (0, 1))
    revoked = f'label_replace(max by (instance) ({_measured(names[2])}), "aspect", "OCSP", "", "")'
    return bars(
        Words(
            Text("Khía cạnh, kém nhất trước", "Aspects, worst first"),
            Text(
                "0 đạt, 2 không đạt: từng khía cạnh của vùng tên miền (bản ghi, DNSSEC, SPF, DKIM, "
                "DMARC, các máy chủ khớp nhau), máy chủ miền, chứng thư theo OCSP (1 không rõ).",
                "0 well, 2 failed: each aspect of zones (records, DNSSEC, SPF, DKIM, DMARC, "
                "agreement), of domain controllers, of certificates by OCSP (1 not known).",
            ),
        ),
        language,
        _ALL.highest(ROWS - 10, f"{status} or {revoked}"),
        "{{name}} {{aspect}}",
        unit="short",
        limits=PARTS,
        top=2.0,
    )


def _clocks(language: Language) -> object:
    names = (
        ("probe_ntp_offset_seconds", "NTP"),
        ("probe_ldap_clock_offset_seconds", "LDAP"),
        ("probe_tsa_offset_seconds", "TSA"),
    )
    return lines(
        Words(
            Text("Đồng hồ lệch", "Clocks that are off"),
            Text(
                "So với đồng hồ của máy giám sát: máy chủ giờ, máy chủ miền, dấu thời gian.",
                "Against this machine's: time servers, domain controllers, time stamps.",
            ),
        ),
        language,
        [
            (
                worst(CURVES, _ALL.kept(f"max by (instance) ({_measured(name)})")),
                f"{{{{name}}}} {n}",
            )
            for name, n in names
        ],
        unit="s",
        below="/^$/",  # ahead or behind
    )


def _age(language: Language) -> object:
    selector = _measured("probe_http_content_age_seconds")
    return lines(
        Words(
            Text("Tuổi tin mới nhất", "Age of the newest content"),
            Text(
                f"{CURVES} trang lâu chưa đăng tin nhất.",
                f"The {CURVES} pages that have published nothing for longest.",
            ),
        ),
        language,
        [(_ALL.curves(CURVES, selector), "{{name}}")],
        unit="s",
    )


def _mail(language: Language) -> object:
    return lines(
        Words(
            Text("Thư đi một vòng", "Letters there and back"),
            Text(
                "Từ lúc bắt đầu gửi đến khi thấy trong hộp thư, và giới hạn đã đặt.",
                "From sending until it is seen in the mailbox, and the limit that was set.",
            ),
        ),
        language,
        [
            (_ALL.curves(CURVES, _measured("probe_mail_roundtrip_seconds")), "{{name}}"),
            (_ALL.curves(CURVES, _measured("probe_mail_roundtrip_seconds_limit")), "{{name}} ≤"),
        ],
        unit="s",
    )


def _mailboxes(language: Language) -> object:
    return bars(
        Words(
            Text("Hộp thư đầy nhất", "Fullest mailboxes"),
            Text("Phần hạn mức đã dùng.", "The share of the quota in use."),
        ),
        language,
        _ALL.highest(CURVES, f"max by (instance) ({_measured('probe_mailbox_used_ratio')})"),
        "{{name}}",
        unit="percentunit",
        limits=((None, "green"), (0.9, "yellow")),
        top=1.0,
    )


def _values(language: Language) -> object:
    by = "instance, query"
    return lines(
        Words(
            Text("Con số từ cơ sở dữ liệu", "Numbers from databases"),
            Text(
                "Do người khai đặt tên: hồ sơ tồn, tuổi văn bản chờ, số văn bản trong tháng.",
                "As those who wrote the query call them: backlogs, ages, documents of a month.",
            ),
        ),
        language,
        [(_ALL.curves(CURVES, _measured("probe_sql_value"), by), "{{name}} {{query}}")],
        unit="short",
    )


def _balances(language: Language) -> object:
    by = "instance, unit"
    return lines(
        Words(
            Text("Tiền còn ở cổng tin nhắn", "Balances of gateways"),
            Text("Ít nhất trước.", "The lowest."),
        ),
        language,
        [
            (
                _ALL.curves(CURVES, _measured("probe_gateway_balance"), by, lowest=True),
                "{{name}} {{unit}}",
            )
        ],
        unit="short",
    )


def _lists(language: Language) -> object:
    return lines(
        Words(
            Text("Chứng thư đã thu hồi", "Revoked certificates"),
            Text(
                "Số mục trong danh sách thu hồi (CRL).",
                "Entries of revocation lists (CRL).",
            ),
        ),
        language,
        [(_ALL.curves(CURVES, _measured("probe_crl_entries")), "{{name}}")],
        unit="short",
    )
