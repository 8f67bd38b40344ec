"""Board Alerts and duty: is what is wrong told, to somebody who is there, and taken on?"""

from core.incident import Severity
from core.text import Language, Text
from grafana import variables
from grafana.board import Board
from grafana.expressions import in_unit, metric
from grafana.panels import Column, Words, lines, number, worst_first
from grafana.statuses import ANY_IS_ORANGE, ANY_IS_RED, ANY_IS_YELLOW, Limits
from runtime import duty_series as duty
from runtime import surroundings

ROWS = 30
_LATE: Limits = ((None, "green"), (60, "yellow"), (300, "red"))  # seconds, to a message
_SLOW: Limits = ((None, "green"), (900, "yellow"), (3600, "red"))  # seconds, to a taker
_HOLE: Limits = ((None, "green"), (1, "orange"))
_SOON: Limits = ((None, "red"), (86_400, "orange"), (7 * 86_400, "text"))


def board(language: Language) -> Board:
    """Return the board."""
    made = Board(
        slug="duty",
        title=Text("Thông Suốt – Báo tin và trực", "Thông Suốt – Alerts and duty"),
        question=Text(
            "Sự cố có được báo kịp, đến người đang trực, và có ai tiếp nhận không?",
            "Are incidents told in time, to somebody on duty, and taken on?",
        ),
        language=language,
        variables=(variables.source(language), variables.hub(), variables.unit(language)),
        marks=in_unit(surroundings.INCIDENT),
    )
    made.row(4, *_now(language))
    made.row(8, _channels(language), _on_duty(language))
    made.row(8, _messages(language), _delays(language))
    made.row(8, _silences(language), _rotas(language))
    return made


def _open(severity: Severity) -> str:
    wanted = f'severity="{severity.value}"'
    return f"sum({metric(surroundings.INCIDENTS, wanted)})"


def _ratio(total: str, count: str, by: str = "") -> str:
    """Return the mean of what was summed, over the dashboard's range."""
    head = f"sum by ({by})" if by else "sum"
    grown = (f"{head} (increase({metric(name)}[$__range]))" for name in (total, count))
    return " / ".join((next(grown), f"({next(grown)} > 0)"))


def _now(language: Language) -> list[object]:
    return [
        number(
            Words(
                Text("Khẩn cấp", "Critical"),
                Text("Số sự cố khẩn cấp đang mở.", "Critical incidents that are open."),
            ),
            language,
            _open(Severity.CRITICAL),
            limits=ANY_IS_RED,
            link="${hub}/incidents",
        ),
        number(
            Words(
                Text("Nghiêm trọng", "Major"),
                Text("Số sự cố nghiêm trọng đang mở.", "Major incidents that are open."),
            ),
            language,
            _open(Severity.MAJOR),
            limits=ANY_IS_ORANGE,
            link="${hub}/incidents",
        ),
        number(
            Words(
                Text("Cảnh báo", "Warning"),
                Text("Số cảnh báo đang mở.", "Warnings that are open."),
            ),
            language,
            _open(Severity.WARNING),
            limits=ANY_IS_YELLOW,
            link="${hub}/incidents",
        ),
        number(
            Words(
                Text("Chưa ai tiếp nhận", "Taken on by nobody"),
                Text(
                    "Số sự cố đang mở mà chưa ai tiếp nhận.",
                    "Open incidents that nobody has taken on.",
                ),
            ),
            language,
            f"sum({metric(duty.UNTAKEN)})",
            limits=ANY_IS_ORANGE,
            link="${hub}/incidents",
        ),
        number(
            Words(
                Text("Đến tin đầu", "To the message"),
                Text(
                    "Trung bình từ lúc quyết định có sự cố đến lúc tin đi, trong khoảng; gồm cả "
                    "thời gian chờ theo quy định của từng loại.",
                    "From the decision to the message leaving, on average over the range; waits "
                    "that the class of a target prescribes are part of it.",
                ),
            ),
            language,
            _ratio(duty.DELAY, duty.TIMED),
            limits=_LATE,
            unit="s",
            decimals=0,
        ),
        number(
            Words(
                Text("Đến lúc tiếp nhận", "To being taken on"),
                Text(
                    "Trung bình từ lúc quyết định đến lúc có người tiếp nhận, trong khoảng.",
                    "From the decision until somebody took it on, on average over the range.",
                ),
            ),
            language,
            _ratio(duty.ACK_DELAY, duty.ACKS),
            limits=_SLOW,
            unit="s",
            decimals=0,
        ),
    ]


def _outcomes(outcome: str) -> str:
    selector = metric(duty.MESSAGES, f'outcome="{outcome}"')
    return f"sum by (channel) (increase({selector}[$__range]))"


def _channels(language: Language) -> object:
    return worst_first(
        Words(
            Text("Kênh báo, hỏng trước", "Channels, broken ones first"),
            Text(
                "Kênh bị tắt vì luôn từ chối đứng đầu. Số lần gửi tính trong khoảng.",
                "Channels disabled because they always refuse come first. Attempts in the range.",
            ),
        ),
        language,
        by="channel",
        labels={"channel": Text("Kênh", "Channel")},
        columns=[
            Column(
                Text("Tình trạng", "State"),
                f"topk({ROWS}, 1 - max by (channel) ({metric(duty.UP)}))",
                words=(
                    (0, Text("dùng được", "works"), "green"),
                    (1, Text("bị tắt", "disabled"), "red"),
                ),
            ),
            Column(Text("Bị từ chối", "Refused"), _outcomes("refused"), decimals=0),
            Column(Text("Không gửi được", "Given up"), _outcomes("given_up"), decimals=0),
            Column(Text("Đã gửi", "Sent"), _outcomes("sent"), decimals=0),
        ],
        link="${hub}/test-message",
    )


def _on_duty(language: Language) -> object:
    joined = f'label_join({metric(duty.ON_DUTY)}, "turn", " · ", "rota", "role", "contact")'
    return worst_first(
        Words(
            Text("Ai đang trực", "Who is on duty"),
            Text(
                "Theo lịch trực, ca theo ngày và đổi ca. Trống: không có ai trực.",
                "By rules, listed shifts and swaps. Empty: nobody is.",
            ),
        ),
        language,
        by="turn",
        labels={
            "name": Text("Người trực", "Person"),
            "rota": Text("Lịch", "Rota"),
            "role": Text("Vai", "Role"),
        },
        columns=[
            Column(
                Text("Lúc này", "Now"),
                f"topk({ROWS}, max by (turn, name, rota, role) ({joined}))",
                words=((1, Text("đang trực", "on duty"), "green"),),
            )
        ],
        link="${hub}/rota",
    )


def _messages(language: Language) -> object:
    asked = f"sum by (channel, outcome) (increase({metric(duty.MESSAGES)}[$__rate_interval]))"
    return lines(
        Words(
            Text("Lần gửi theo kênh và kết quả", "Attempts by channel and outcome"),
            Text(
                "sent: kênh đã nhận; refused: sẽ gửi lại; given_up: thôi hẳn.",
                "sent: taken by the channel; refused: to be tried again; given_up: never more.",
            ),
        ),
        language,
        [(f"topk({ROWS}, {asked})", "{{channel}} {{outcome}}")],
        unit="short",
    )


def _delays(language: Language) -> object:
    grown = [
        f"sum by (channel) (increase({metric(name)}[$__rate_interval]))"
        for name in (duty.DELAY, duty.TIMED)
    ]
    return lines(
        Words(
            Text("Từ quyết định đến lúc tin đi", "From decision to message"),
            Text(
                "Trung bình theo kênh, gồm cả thời gian chờ theo loại đối tượng và ban đêm.",
                "On average by channel, with the waits of the class of a target and of the night.",
            ),
        ),
        language,
        [(f"topk({ROWS}, {grown[0]} / ({grown[1]} > 0))", "{{channel}}")],
        unit="s",
        limits=_LATE,
    )


def _silences(language: Language) -> object:
    by = "silence, owner, reason"
    return worst_first(
        Words(
            Text("Đang tạm dừng báo, che nhiều nhất trước", "Silences, most hidden first"),
            Text(
                "Số sự cố đang mở mà mỗi đợt che, và còn bao lâu. Trống: mọi sự cố đều được báo.",
                "How many open incidents each hides, and how long it still holds. Empty: all told.",
            ),
        ),
        language,
        by="silence",
        labels={
            "silence": Text("Mã", "Code"),
            "reason": Text("Lý do", "Reason"),
            "owner": Text("Người đặt", "Owner"),
        },
        columns=[
            Column(
                Text("Đang che", "Hides"),
                f"topk({ROWS}, max by ({by}) ({metric(duty.HIDES)}))",
                decimals=0,
                limits=ANY_IS_YELLOW,
            ),
            Column(
                Text("Còn", "Still holds"),
                f"max by (silence) ({metric(duty.SILENCE)})",
                unit="s",
                decimals=0,
            ),
        ],
        link="${hub}/silences",
    )


def _rotas(language: Language) -> object:
    return worst_first(
        Words(
            Text("Lịch trực, trống nhiều nhất trước", "Rotas, most uncovered first"),
            Text(
                "Tổng thời gian không ai trực trong 30 ngày tới, và còn bao lâu thì đến lúc đó.",
                "Time without anybody on duty in the next 30 days, and how soon that begins.",
            ),
        ),
        language,
        by="rota",
        labels={"rota": Text("Lịch", "Rota"), "name": Text("Tên", "Name")},
        columns=[
            Column(
                Text("Trống trong 30 ngày", "Uncovered in 30 days"),
                f"topk({ROWS}, max by (rota, name) ({metric(duty.GAPS)}))",
                unit="s",
                decimals=0,
                limits=_HOLE,
            ),
            Column(
                Text("Trống sau", "Begins in"),
                f"max by (rota) ({metric(duty.NEXT_GAP)})",
                unit="s",
                decimals=0,
                limits=_SOON,
            ),
        ],
        link="${hub}/rota",
    )
