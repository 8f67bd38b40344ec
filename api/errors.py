"""Refusals as answers: RFC 9457 problems for machines, friendly pages for people."""

from collections.abc import Mapping, Sequence
from http import HTTPStatus

from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, Field
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response

from api import forms
from core.errors import Conflict, DomainError, Forbidden, Invalid, NotFound, Problem, Unavailable
from core.text import Text

MEDIA_TYPE = "application/problem+json"
_STATUS: Mapping[type[DomainError], int] = {
    NotFound: 404,
    Conflict: 409,
    Forbidden: 403,
    Invalid: 422,
    Unavailable: 503,
}
_WORDS = {
    400: Text("Yêu cầu không hợp lệ", "The request is not valid"),
    401: Text("Cần đăng nhập", "Please log in"),
    403: Text("Bạn không có quyền làm việc này", "You may not do this"),
    404: Text("Không tìm thấy trang hoặc đối tượng này", "There is no such page or thing"),
    405: Text("Thao tác không được hỗ trợ", "This method is not supported"),
    409: Text("Dữ liệu đã thay đổi", "The thing has changed meanwhile"),
    413: Text("Dữ liệu gửi lên quá lớn", "The request is too large"),
    422: Text("Dữ liệu gửi lên không hợp lệ", "The data is not valid"),
    429: Text("Quá nhiều lần thử, vui lòng đợi", "Too many attempts, please wait"),
    502: Text("Máy chủ chuỗi thời gian không trả lời", "The time-series engine does not answer"),
    503: Text("Dịch vụ chưa sẵn sàng", "The service is not ready"),
}
_OOPS = Text("Lỗi của hệ thống, đã ghi nhật ký", "An error of ours, it was logged")


class ProblemOut(BaseModel):
    """An RFC 9457 problem."""

    type: str = Field("about:blank", description="A URI that names the kind of problem.")
    title: str = Field(description="One sentence on the kind of problem, in English.")
    status: int = Field(description="The HTTP status code.")
    detail: str | None = Field(None, description="What was wrong this time, in English.")
    detail_vi: str | None = Field(None, description="The same in Vietnamese.")
    errors: list[dict[str, str]] | None = Field(None, description="The faults of the input.")


class Refused(Exception):
    """A refusal decided at the door, with its status and a sentence."""

    def __init__(
        self, status: int, text: Text | None = None, headers: dict[str, str] | None = None
    ) -> None:
        self.status = status
        self.text = text or _WORDS.get(status, _OOPS)
        self.headers = headers
        super().__init__(self.text.en)


def problem(
    status: int,
    title: str,
    detail: str | None = None,
    *,
    detail_vi: str | None = None,
    errors: list[dict[str, str]] | None = None,
    headers: Mapping[str, str] | None = None,
) -> JSONResponse:
    """Return a problem+json answer."""
    body = ProblemOut(
        type="about:blank",
        title=title,
        status=status,
        detail=detail,
        detail_vi=detail_vi,
        errors=errors,
    )
    return JSONResponse(
        body.model_dump(exclude_none=True), status, media_type=MEDIA_TYPE, headers=headers
    )


def sentences(error: DomainError) -> tuple[Text, ...]:
    """Return what a refusal says to people: every fault of an input, else its one sentence."""
    if isinstance(error, Invalid):
        return tuple(Text(one.said("vi"), one.said("en")) for one in error.problems)
    return (error.text,)


def wants_json(request: Request) -> bool:
    """Say whether a machine asks: by path, or because it does not accept HTML."""
    if request.url.path.startswith(("/api/", "/prometheus/", "/sd/", "/metrics", "/healthz")):
        return True
    accepted = request.headers.get("accept", "*/*")
    return "text/html" not in accepted and "*/*" not in accepted


def words(status: int) -> Text:
    """Return the sentence of a status."""
    return _WORDS.get(status, _OOPS)


async def domain_error(request: Request, error: Exception) -> Response:
    """Answer a domain error."""
    assert isinstance(error, DomainError)  # noqa: S101  (registered for this class alone)
    status = next((code for kind, code in _STATUS.items() if isinstance(error, kind)), 400)
    faults = None
    if isinstance(error, Invalid):
        faults = [
            {
                "where": fault.key or "",
                "what": fault.what.en,
                "mend": fault.mend.en,
                "what_vi": fault.what.vi,
                "mend_vi": fault.mend.vi,
            }
            for fault in error.problems
        ]
    problems: Sequence[Problem] = error.problems if isinstance(error, Invalid) else ()
    if isinstance(error, Invalid | Conflict):
        told = problems or (Problem(forms.FILE, error.text, Text("", "")),)
        page = await _form_again(request, status, told)
        if page is not None:
            return page
    return await answer(request, status, error.text, faults, problems=problems)


async def refused(request: Request, error: Exception) -> Response:
    """Answer a refusal at the door; a person without a session is sent to log in."""
    assert isinstance(error, Refused)  # noqa: S101
    if error.status == HTTPStatus.UNAUTHORIZED and not wants_json(request):
        there = request.url.path  # of a form too: it leads back to its page
        query = f"?next={there}" if there != "/" else ""
        return RedirectResponse(f"/login{query}", 303)
    return await answer(request, error.status, error.text, headers=error.headers)


async def http_error(request: Request, error: Exception) -> Response:
    """Answer what the framework refuses (unknown route, wrong method)."""
    assert isinstance(error, HTTPException)  # noqa: S101
    return await answer(request, error.status_code, words(error.status_code))


async def invalid_request(request: Request, error: Exception) -> Response:
    """Answer input that does not fit the declared types."""
    assert isinstance(error, RequestValidationError)  # noqa: S101
    problems = forms.unfit(error.errors())
    faults = [
        {
            "where": ".".join(str(part) for part in fault["loc"]),
            "what": str(fault["msg"]),
            "what_vi": forms.sentence(told).vi,
        }
        for fault, told in zip(error.errors(), problems, strict=True)
    ]
    page = await _form_again(request, 422, problems)
    return page or await answer(request, 422, words(422), faults, problems=problems)


async def _form_again(
    request: Request, status: int, problems: Sequence[Problem]
) -> Response | None:
    """Return the page of a form that a person sent; None if a machine asks, or none is found."""
    if wants_json(request):
        return None
    language = request.app.state.pages.language(request)
    return await forms.again(request, status, problems, language)


async def broken(request: Request, _error: Exception) -> Response:
    """Answer when the fault is ours."""
    return await answer(request, 500, _OOPS)


async def answer(
    request: Request,
    status: int,
    text: Text,
    faults: list[dict[str, str]] | None = None,
    headers: Mapping[str, str] | None = None,
    *,
    problems: Sequence[Problem] = (),
) -> Response:
    """Return the refusal in the form the asker reads; `problems` are for people."""
    if wants_json(request):
        return problem(
            status,
            HTTPStatus(status).phrase,
            text.en,
            detail_vi=text.vi,
            errors=faults,
            headers=headers,
        )
    page: Response = await request.app.state.pages.error(request, status, text, problems)
    for name, value in (headers or {}).items():
        page.headers[name] = value
    return page
