"""Bank statements as banks write them."""

from __future__ import annotations

OURS = "40702810900000012345"
THEIRS = "40702810400000054321"


def document(**changed: str | None) -> str:
    """A payment order that came in; None leaves a line out."""
    told: dict[str, str | None] = {
        "Номер": "17",
        "Дата": "20.11.2026",
        "Сумма": "1250.50",
        "ПлательщикСчет": THEIRS,
        "ДатаСписано": "",
        "Плательщик": "ИНН 7707083893 ООО Уют",
        "ПлательщикИНН": "7707083893",
        "Плательщик1": "ООО Уют",
        "ПолучательСчет": OURS,
        "ДатаПоступило": "21.11.2026",
        "Получатель": "Поставщик",
        "НазначениеПлатежа": "Оплата заказа 100001, НДС=22%=225.50",
    }
    told.update(changed)
    lines = [f"{key}={value}" for key, value in told.items() if value is not None]
    return "\n".join(["СекцияДокумент=Платежное поручение", *lines, "КонецДокумента"])


def text(*documents: str, version: str = "1.03", charset: str = "Windows", ours: str = OURS) -> str:
    return "\n".join(
        [
            "1CClientBankExchange",
            f"ВерсияФормата={version}",
            f"Кодировка={charset}",
            "Отправитель=Банк",
            f"РасчСчет={ours}",
            "СекцияРасчСчет",
            "ДатаНачала=20.11.2026",
            f"РасчСчет={ours}",
            "НачальныйОстаток=0.00",
            "КонецРасчСчет",
            *documents,
            "КонецФайла",
            "",
        ]
    )
