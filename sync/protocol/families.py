"""What the configurations of 1C differ in when a base is set up: settings, and what to do there.

The settings are those with which each configuration exchanges by itself; a person may change them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from django.utils.translation import gettext_lazy as _

from sync.models import Connection

Family = Connection.Family

PRESETS: Mapping[str, Mapping[str, Any]] = MappingProxyType(
    {
        Family.UT11: {
            "charset": "utf-8",
            "schema_version": "2.07",
            "use_zip": False,
            "file_limit": 10_000_000,
            "tells_session_key": True,
            "auto_import_minutes": 30,
        },
        Family.UNF: {
            "charset": "utf-8",
            "schema_version": "2.08",
            "use_zip": False,
            "file_limit": 10_000_000,
            "tells_session_key": True,
            "auto_import_minutes": 30,
        },
        # its code reads the answer by lines and knows of no more than three
        Family.UT103: {
            "charset": "utf-8",
            "schema_version": "2.04",
            "use_zip": False,
            "file_limit": 2_000_000,
            "tells_session_key": False,
            "auto_import_minutes": 30,
        },
        # it names its version itself; this one is for those too old to do so
        Family.BITRIX: {
            "charset": "utf-8",
            "schema_version": "2.09",
            "use_zip": False,
            "file_limit": 10_000_000,
            "tells_session_key": True,
            "auto_import_minutes": 30,
        },
        # cash registers and warehouse services often send their files and ask for nothing
        Family.OTHER: {
            "charset": "utf-8",
            "schema_version": "",
            "use_zip": False,
            "file_limit": 10_000_000,
            "tells_session_key": True,
            "auto_import_minutes": 10,
        },
    }
)

VERSIONS = ("", "2.04", "2.05", "2.07", "2.08", "2.09", "2.10", "3.1")
"""Versions of CommerceML that orders may be written in; empty is the portal's own choice."""


@dataclass(frozen=True)
class Guide:
    """What a person does in 1C: where, then one step after the other, and what to know."""

    where: Any
    steps: tuple[Any, ...]
    notes: tuple[Any, ...] = ()


GUIDES: Mapping[str, Guide] = MappingProxyType(
    {
        Family.UT11: Guide(
            where="НСИ и администрирование → Обмен с сайтом → Узлы обмена с сайтами",
            steps=(
                _("Create a node of exchange with a site and give it any name."),
                _("Tick “Выгрузка товаров” and “Обмен заказами”."),
                _(
                    "On the tab “Настройки подключения” enter the address of the site, the user"
                    " name and the password from this page."
                ),
                _("Press “Проверить соединение”: 1C must answer that the connection is there."),
                _(
                    "On the tab “Выгрузка товаров” choose the kinds of prices, the warehouses and"
                    " tick “Выгружать изображения”."
                ),
                _(
                    "On the tab “Обмен заказами” choose the organisation, the agreement and the"
                    " warehouse for orders of the site: CommerceML cannot choose them."
                ),
                _("Set the schedule, then run the full export once by hand."),
            ),
            notes=(
                _(
                    "Leave “Ожидать завершения загрузки на сайте” ticked. Without it 1C does not"
                    " ask for the import, and the portal takes the files only after a while."
                ),
            ),
        ),
        Family.UNF: Guide(
            where="Продажи → Интернет-магазины и сайты → Настройки обмена с сайтом",
            steps=(
                _("Create a setting of exchange and choose the protocol “1С-Битрикс”."),
                _(
                    "Enter the address of the site, the user name and the password from this page"
                    " and press “Проверить подключение”."
                ),
                _("Tick the exchange of goods and of orders."),
                _("Choose the kinds of prices and the warehouses that are sent."),
                _(
                    "In the settings of orders press “Получить статусы с сайта” and map the"
                    " statuses of the portal to the states of orders in 1C."
                ),
                _("Set the schedule, then run the full export once by hand."),
            ),
        ),
        Family.UT103: Guide(
            where="Сервис → Обмен данными → Обмен с WEB-сайтом → Настройки обмена с WEB-сайтом",
            steps=(
                _("Create a setting of exchange and choose the exchange with a site."),
                _(
                    "Enter the address of the site, the user name and the password from this page"
                    " and press “Проверить соединение”."
                ),
                _("Tick the export of goods and the exchange of orders."),
                _("Choose the kinds of prices and the warehouses that are sent."),
                _("Set the schedule, then run the full export once by hand."),
            ),
            notes=(
                _(
                    "The basic configuration knows no https. Let it reach the portal over http"
                    " inside your network, and limit the addresses it may come from."
                ),
            ),
        ),
        Family.BITRIX: Guide(
            where="Обмен с 1С-Битрикс: Управление сайтом → Настройки обмена",
            steps=(
                _("Create a profile of exchange of the module of Bitrix."),
                _(
                    "Enter the address of the site, the user name and the password from this page"
                    " and check the connection."
                ),
                _("Choose the catalogue, the kinds of prices and the warehouses that are sent."),
                _(
                    "In the profile of orders choose utf-8 and the newest version of the exchange"
                    " that is offered."
                ),
                _("Set the schedule, then run the full export once by hand."),
            ),
            notes=(
                _(
                    "After a full export the module says so, and goods that it told nothing of are"
                    " hidden, up to the share that is set for this base."
                ),
            ),
        ),
        Family.OTHER: Guide(
            where=_("In the settings of exchange with a site (CommerceML) of your program"),
            steps=(
                _("Enter the address of the exchange, the user name and the password."),
                _("If it asks for a version of CommerceML, choose 2.07 or newer, and utf-8."),
                _("Send the whole catalogue once by hand."),
            ),
            notes=(
                _(
                    "If the program sends files and never asks for their import, the portal imports"
                    " them by itself after the minutes that are set for this base."
                ),
            ),
        ),
    }
)


def preset(family: str) -> Mapping[str, Any]:
    """Settings of `Connection` for a configuration; those of another program for an unknown one."""
    return PRESETS.get(family, PRESETS[Family.OTHER])


def guide(family: str) -> Guide:
    """What to do in 1C."""
    return GUIDES.get(family, GUIDES[Family.OTHER])
