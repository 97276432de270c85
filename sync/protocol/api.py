"""The JSON push: a small extension in 1C sends records, and hears of each row what became of it.

Everything is answered in JSON and in Russian. The document of OpenAPI is made of the very classes
that read the rows.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Mapping
from typing import Any

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db import OperationalError
from django.http import HttpRequest, HttpResponse, JsonResponse, UnreadablePostError
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override
from ninja import NinjaAPI, Schema
from ninja.errors import AuthenticationError, ValidationError
from ninja.security import HttpBearer
from pydantic import Field

from sync import journal
from sync.files import outcomes
from sync.files.outcomes import Outcome
from sync.files.receiving import Refused
from sync.intake.fates import Status
from sync.models import Connection, ReceivedFile, Run
from sync.onec.push import ENTITIES
from sync.protocol import connections, tokens
from sync.protocol.connections import TooManyGuesses
from sync.protocol.pushing import AT_ONCE, BadBody, take_push
from sync.protocol.tokens import ForeignAddress, Paused
from sync.tasks import QUEUE

log = logging.getLogger(__name__)

LIMIT = 1000
"""Rows of one answer about a run."""
PAUSED_SECONDS = 600
"""When a program of a paused base may ask again."""
READ_RIGHT = "sync.view_connection"

_DESCRIPTION = """
Сюда расширение в 1С отправляет то, чего нет в CommerceML: партнёров, договоры, взаиморасчёты,
состояния заказов, — а также цены и остатки, если так удобнее.

* **Ключ.** Заголовок `Authorization: Bearer <ключ>`. Ключ выдают в админке: «Обмен с 1С» → «Ключи
  программ». У одной базы может быть несколько ключей, поэтому их меняют без перерыва.
* **Тело.** `{"records": [ … ], "complete": false}` в UTF-8, не больше %(bytes)s байт.
* **Ответ по каждой строке.** До %(rows)s строк загружаются сразу: ответ 200 и список `results` в
  порядке строк. Если строк больше или база занята, ответ 202: результат — по адресу `runs/{id}`.
* **Повтор безопасен.** Тело записывается на диск до разбора. Та же строка ещё раз ничего не
  меняет; строка с той же `version` (ВерсияДанных) даже не разбирается.
* **Одна плохая строка не мешает остальным**: она отклоняется со своей причиной и попадает в
  карантин. Повреждённый JSON — ответ 400 с номером строки и позиции.
* **Числа** — числом или строкой (`"1234.50"`), без потери копеек. **Даты** — `2026-11-24` и
  `2026-11-24T14:05:00`; время без смещения — время базы 1С. Пустая дата — `null` или `""`.
* **Ссылки** (`..._ref`) — значение УникальныйИдентификатор() объекта строкой. Объект, которого
  портал ещё не знает, создаётся пустым и наполняется, когда о нём расскажут.
* Незнакомое поле — ошибка строки: опечатка в имени не пройдёт незамеченной.
"""


class Result(Schema):
    """What became of a row."""

    model_config = {"json_schema_extra": {"description": "Что стало со строкой"}}

    index: int = Field(description="Номер строки в records, с нуля")
    ref: str = Field(description="Идентификатор")
    status: Status = Field(
        description="создано, изменено, без изменений, отложено до появления товара, отклонено"
    )
    reason: str = Field("", description="Причина отказа")


class Progress(Schema):
    """A run."""

    model_config = {"json_schema_extra": {"description": "Запуск загрузки"}}

    run: int = Field(description="Номер запуска")
    receipt: int = Field(description="Номер квитанции: больший — более позднее слово 1С")
    state: str = Field(description="queued, running, done или failed")
    error: str = Field("", description="Почему запуск не удался")
    read: int = 0
    created: int = 0
    changed: int = 0
    unchanged: int = 0
    parked: int = 0
    rejected: int = 0
    warnings: list[str] = Field(default_factory=list)
    url: str = Field(description="Где узнать результат")


class Answer(Progress):
    """What became of the rows of a body."""

    model_config = {"json_schema_extra": {"description": "Что стало со строками"}}

    results: list[Result] = Field(default_factory=list)
    next: int | None = Field(None, description="Значение after для продолжения списка results")


class Fault(Schema):
    """Why something was refused."""

    model_config = {"json_schema_extra": {"description": "Отказ"}}

    error: str = Field(description="Причина")
    line: int | None = None
    column: int | None = None


class TooLarge(Exception):
    """A body over the limit."""


class Key(HttpBearer):
    """The key of a program in the Authorization header."""

    def authenticate(self, request: HttpRequest, token: str) -> Connection | None:
        address = connections.client_address(request.META)
        return tokens.connection_of(secret=token.strip(), address=address, at=timezone.now())


def _fault(status: int, words: str, **more: Any) -> HttpResponse:
    return JsonResponse(
        {"error": words, **more}, status=status, json_dumps_params={"ensure_ascii": False}
    )


def _in_russian(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Whatever language the program asks for, its users read Russian."""

    def answer(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        with override("ru"):
            return view(request, *args, **kwargs)

    return answer


api = NinjaAPI(
    title="Vitrina: приём записей из 1С",
    version="1",
    description=_DESCRIPTION % {"bytes": settings.EXCHANGE_PUSH_BYTES, "rows": AT_ONCE},
    urls_namespace="push",
    openapi_url=None,
    docs_url=None,
    auth=Key(),
)


@api.exception_handler(AuthenticationError)
@_in_russian
def _unknown_key(_request: HttpRequest, _error: Exception) -> HttpResponse:
    answer = _fault(401, _("The key is missing or not valid. Header: Authorization: Bearer <key>."))
    answer["WWW-Authenticate"] = "Bearer"
    return answer


@api.exception_handler(TooManyGuesses)
@_in_russian
def _guessing(_request: HttpRequest, _error: Exception) -> HttpResponse:
    answer = _fault(429, _("Too many wrong keys from this address. Try again in five minutes."))
    answer["Retry-After"] = str(connections.PAUSE_SECONDS)
    return answer


@api.exception_handler(ForeignAddress)
@_in_russian
def _foreign(request: HttpRequest, error: Any) -> HttpResponse:
    address = connections.client_address(request.META)
    words = _("This base may not come from the address %(address)s.") % {"address": address}
    journal.refuse_stranger(
        connection=error.connection,
        title=f"{request.method} {request.path_info}"[:200],
        error=words,
        at=timezone.now(),
    )
    return _fault(403, words)


@api.exception_handler(Paused)
@_in_russian
def _paused(_request: HttpRequest, _error: Exception) -> HttpResponse:
    answer = _fault(503, _("The exchange with this base is paused in the portal."))
    answer["Retry-After"] = str(PAUSED_SECONDS)
    return answer


@api.exception_handler(ValidationError)
@_in_russian
def _bad_question(_request: HttpRequest, _error: Exception) -> HttpResponse:
    return _fault(422, _("The parameters of the address do not fit."))


@api.exception_handler(OperationalError)
@_in_russian
def _busy(request: HttpRequest, error: Exception) -> HttpResponse:
    log.error("push: %s", request.path_info, exc_info=error)
    answer = _fault(503, _("The portal is busy, send it once more a little later."))
    answer["Retry-After"] = "10"
    return answer


@api.exception_handler(Exception)
@_in_russian
def _broken(request: HttpRequest, error: Exception) -> HttpResponse:
    log.error("push: %s", request.path_info, exc_info=error)
    return _fault(500, _("An error of the portal. What was sent is kept; its staff are told."))


@_in_russian
def _push(request: HttpRequest, entity: str) -> HttpResponse:
    connection = request.auth  # type: ignore[attr-defined]
    if request.headers.get("Content-Encoding", "identity") != "identity":
        return _fault(415, _("Send the body without compression."))
    try:
        body = _body(request)
        taken = take_push(
            connection=connection, entity=entity, body=body, at=timezone.now(), queue=QUEUE
        )
    except TooLarge:
        words = _("The body is over %(limit)s bytes, send it in parts.")
        return _fault(413, words % {"limit": settings.EXCHANGE_PUSH_BYTES})
    except UnreadablePostError:
        return _fault(400, _("The body came incompletely, send it again."))
    except Refused as refused:
        return _fault(507, str(refused))
    except BadBody as bad:
        return _fault(400, str(bad), line=bad.line or None, column=bad.column or None)
    if taken.outcomes is None:
        return _answer(_progress(taken.run), status=202)
    results = [_result(each) for each in taken.outcomes]
    return _answer({**_progress(taken.run), "results": results, "next": None})


def _body(request: HttpRequest) -> bytes:
    """The body, read as a stream: Django's own limit answers with a page."""
    limit = settings.EXCHANGE_PUSH_BYTES
    if int(request.META.get("CONTENT_LENGTH") or 0) > limit:
        raise TooLarge
    body: bytes = request.read(limit + 1)
    if len(body) > limit:
        raise TooLarge
    return body


def _answer(told: Mapping[str, Any], status: int = 200) -> HttpResponse:
    return JsonResponse(told, status=status, json_dumps_params={"ensure_ascii": False})


def _progress(run: Run) -> dict[str, Any]:
    return {
        "run": run.pk,
        "receipt": run.file_id,
        "state": run.state,
        "error": run.error,
        "read": run.read_count,
        "created": run.created_count,
        "changed": run.changed_count,
        "unchanged": run.unchanged_count,
        "parked": run.parked_count,
        "rejected": run.rejected_count,
        "warnings": run.warnings,
        "url": reverse("push:run", args=[run.pk]),
    }


def _result(outcome: Outcome) -> dict[str, Any]:
    return {
        "index": outcome.position - 1,
        "ref": outcome.ref,
        "status": outcome.status,
        "reason": outcome.reason,
    }


_SUMMARIES = {
    "partners": "Партнёры",
    "counterparties": "Контрагенты",
    "agreements": "Соглашения с клиентами",
    "contracts": "Договоры контрагентов",
    "settlements": "Взаиморасчёты: движения и остатки",
    "balances": "Взаиморасчёты: остатки",
    "documents": "Документы: заказы и оплаты",
    "statuses": "Состояния заказов",
    "prices": "Цены",
    "stock": "Остатки товаров",
    "payments": "Оплаты",
}
_NOTES = {
    "settlements": "Строка с `moved_at` — движение, без него — остаток. С `complete: true` "
    "остатки, которых нет в теле, считаются погашенными: у всей базы или, если передан "
    "`counterparty_refs`, у этих контрагентов.",
    "balances": "С `complete: true` остатки, которых нет в теле, считаются погашенными: у всей "
    "базы или, если передан `counterparty_refs`, у этих контрагентов. Пустое тело с "
    "`complete: true` без `counterparty_refs` гасит не больше 20 остатков: если открыто больше, не "
    "гасит ничего — тогда перечислите контрагентов в `counterparty_refs`.",
    "documents": "`kind` говорит, что это: `order` — заказ, каким он есть в 1С, со строками; "
    "`payment` — оплата. Отгрузка отмечается в заказе (`shipped`) или передаётся движением "
    "взаиморасчётов с `kind: shipment`.",
    "statuses": "Строки заказа не меняются. Непереданное поле остаётся прежним.",
    "prices": "Цена предложения, о котором портал ещё не знает, ждёт его в отложенных.",
    "stock": "Остаток предложения, о котором портал ещё не знает, ждёт его в отложенных.",
    "payments": "Оплата с тем же `ref` (или номером, датой и суммой) — та же самая. Плательщика "
    "находим по ИНН, заказ — по номеру в назначении платежа.",
}
_REFUSED = (400, 401, 403, 413, 415, 429, 500, 503, 507)
_CODES = {200: Answer, 202: Progress, _REFUSED: Fault}


def _add(entity: str) -> None:
    def view(request: HttpRequest) -> HttpResponse:
        return _push(request, entity)

    api.post(
        f"/{entity}",
        url_name=entity,
        operation_id=f"push_{entity}",
        summary=_SUMMARIES[entity],
        description=_NOTES.get(entity, ""),
        tags=["Записи"],
        response=_CODES,
        openapi_extra={"requestBody": _request_body(entity)},
    )(view)


def _request_body(entity: str) -> dict[str, Any]:
    _kind, rows = ENTITIES[entity]
    schemas = [{**_inlined(row.model_json_schema()), "description": row.about} for row in rows]
    body: dict[str, Any] = {
        "type": "object",
        "required": ["records"],
        "additionalProperties": False,
        "properties": {
            "records": {
                "type": "array",
                "items": schemas[0] if len(schemas) == 1 else {"anyOf": schemas},
            },
            "complete": {
                "type": "boolean",
                "default": False,
                "description": "Передано всё. Имеет смысл для остатков взаиморасчётов",
            },
        },
    }
    if entity in {"settlements", "balances"}:
        body["properties"]["counterparty_refs"] = {
            "type": "array",
            "items": {"type": "string"},
            "description": "Для каких контрагентов передано всё; без поля — для всей базы. "
            "Пустой список — ошибка 400",
        }
    example = {"records": [row.example for row in rows], "complete": False}
    return {"required": True, "content": {"application/json": {"schema": body, "example": example}}}


def _inlined(schema: dict[str, Any]) -> dict[str, Any]:
    """The schema with its definitions written where they are used: rows are two deep at most."""
    defined = schema.pop("$defs", {})

    def walk(node: Any) -> Any:
        if isinstance(node, dict):
            name = str(node.get("$ref", "")).rpartition("/")[2]
            if name:
                # what is said of fields says enough of a row inside a row
                return {key: walk(v) for key, v in defined[name].items() if key != "description"}
            return {key: walk(each) for key, each in node.items()}
        return [walk(each) for each in node] if isinstance(node, list) else node

    found: dict[str, Any] = walk(schema)
    return found


for _entity in ENTITIES:
    _add(_entity)


@api.get(
    "/runs/{int:run_id}",
    url_name="run",
    operation_id="run",
    summary="Ход и результат загрузки",
    description="Строки — порциями до 1000: следующая начинается за `after`.",
    tags=["Загрузки"],
    response={200: Answer, (401, 403, 404, 422, 429): Fault},
)
def run_state(
    request: HttpRequest, run_id: int, after: int = 0, limit: int = LIMIT
) -> HttpResponse:
    """Progress of a run of the key's own base, and what became of its rows so far."""
    with override("ru"):
        run = (
            Run.objects.select_related("file")
            .filter(
                pk=run_id,
                connection=request.auth,  # type: ignore[attr-defined]
                file__kind=ReceivedFile.Kind.PUSH,
            )
            .first()
        )
        if run is None or run.file is None:
            return _fault(404, _("There is no such run."))
        size = max(1, min(limit, LIMIT))
        found = outcomes.read(run.file, after=max(0, after), limit=size)
        more = found[-1].position if len(found) == size else None
        results = [_result(each) for each in found]
        return _answer({**_progress(run), "results": results, "next": more})


def _may_read(request: HttpRequest) -> bool:
    """Staff who see the bases may read the document, and programs with a valid key."""
    if request.user.is_authenticated and request.user.has_perm(READ_RIGHT):
        return True
    return bool(Key()(request))


def openapi(request: HttpRequest) -> HttpResponse:
    """The document of OpenAPI."""
    try:
        allowed = _may_read(request)
    except TooManyGuesses as error:
        return _guessing(request, error)
    except ForeignAddress as error:
        return _foreign(request, error)
    except Paused as error:
        return _paused(request, error)
    if not allowed:
        return _unknown_key(request, AuthenticationError())
    return HttpResponse(json.dumps(document(), ensure_ascii=False), content_type="application/json")


def docs(request: HttpRequest) -> HttpResponse:
    """The same to read and to try, for staff."""
    if not request.user.has_perm(READ_RIGHT):
        raise PermissionDenied
    shown = {"url": reverse("push-document"), "deepLinking": True}
    return render(request, "sync/api_docs.html", {"title": api.title, "settings": shown})


def document() -> dict[str, Any]:
    """The document of OpenAPI as a value."""
    return dict(api.get_openapi_schema(path_prefix="/api/1c/v1/"))
