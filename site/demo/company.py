"""The supplier's people and the five dealers of the demonstration. All of them are invented."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from demo.identifiers import inn

SUPPLIER = "Северный фасад"
SUPPLIER_PHONE = "+7 (811) 200-32-32"
SUPPLIER_EMAIL = "dealers@fasad-demo.example"
STAFF_DOMAIN = "fasad-demo.example"
ORGANISATION = "ООО «Северный фасад»"
CONNECTION_NAME = "УТ 11, Северный фасад"
ONEC_USER = "ut11"


@dataclass(frozen=True, slots=True)
class Person:
    """A person with an account. `role` is a preset of a dealer or a job at the supplier.

    `outlet` is the number of the only outlet the person works at, None for all of them.
    """

    role: str
    name: str
    mailbox: str
    outlet: int | None = None


@dataclass(frozen=True, slots=True)
class Party:
    """1C: Контрагент with its contracts. Twelve digits of INN are a sole trader."""

    key: str
    name: str
    full_name: str
    inn: str
    contracts: tuple[Paper, ...]

    @property
    def kpp(self) -> str:
        """Reason code of a company; a sole trader has none."""
        return f"{self.inn[:4]}01001" if len(self.inn) == 10 else ""


@dataclass(frozen=True, slots=True)
class Paper:
    """1C: Договор. Limit in roubles and days of deferral."""

    number: str
    signed_on: date
    limit: Decimal
    days: int


@dataclass(frozen=True, slots=True)
class Habits:
    """How a dealer buys in a year.

    `orders` a year; `tastes`: category of the top level -> weight; `favourites` is the share of
    lines that come from his short list; `scale` multiplies quantities; `rush`: months in which he
    orders half as much again.
    """

    orders: int
    tastes: tuple[tuple[str, int], ...]
    favourites: float
    scale: float
    rush: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Company:
    """A dealer. `store` is the warehouse of his agreement, empty for all of them."""

    key: str
    name: str
    domain: str
    column: str
    store: str
    markup: Decimal
    agreement: str
    outlets: tuple[tuple[str, str], ...]
    parties: tuple[Party, ...]
    people: tuple[Person, ...]
    habits: Habits


STAFF = (
    Person("administrator", "Константин Белов", "admin"),
    Person("advertising", "Вера Одинцова", "reklama"),
    Person("editor", "Глеб Шульгин", "redaktor"),
    Person("catalogue", "Тамара Юдина", "katalog"),
    Person("sales", "Светлана Козлова", "s.kozlova"),
    Person("head_of_sales", "Роман Ветров", "r.vetrov"),
    Person("finance", "Нина Аверина", "finance"),
    Person("integration", "Олег Сомов", "integration"),
)

DEALERS = (
    Company(
        key="povolzhye",
        name="Кухни Поволжья",
        domain="kuhni-povolzhya.example",
        column="dealer",
        store="kazan",
        markup=Decimal(42),
        agreement="Дилер, склад Казань",
        outlets=(
            ("Салон на Салимжанова", "420107, г. Казань, ул. Салимжанова, д. 14"),
            ("Салон «Челны»", "423822, г. Набережные Челны, пр. Мира, д. 63"),
            ("Салон в Ульяновске", "432071, г. Ульяновск, ул. Гагарина, д. 9"),
        ),
        parties=(
            Party(
                "povolzhye-ooo",
                "Кухни Поволжья ООО",
                "ООО «Кухни Поволжья»",
                inn("165504123"),
                (
                    Paper("118/К-2025", date(2025, 2, 3), Decimal(1_500_000), 21),
                    Paper("44/К-2026", date(2026, 3, 16), Decimal(400_000), 0),
                ),
            ),
            Party(
                "povolzhye-ip",
                "Хасанов Марат Ильдарович ИП",
                "Индивидуальный предприниматель Хасанов Марат Ильдарович",
                inn("1650218834"),
                (Paper("131/К-2025", date(2025, 6, 2), Decimal(300_000), 14),),
            ),
        ),
        people=(
            Person("director", "Ирина Петрова", "i.petrova"),
            Person("head", "Дамир Валиев", "d.valiev"),
            Person("buyer", "Алексей Громов", "a.gromov"),
            Person("seller", "Ольга Зайцева", "o.zaytseva", 0),
            Person("seller", "Эльвира Нуриева", "e.nurieva", 1),
            Person("accountant", "Лариса Минина", "l.minina"),
        ),
        habits=Habits(
            74,
            (
                ("Петли и подъёмники", 5),
                ("Направляющие и ящики", 4),
                ("Фасады", 4),
                ("Ручки", 3),
                ("Кромка и клей", 2),
                ("Освещение", 1),
                ("Наполнение", 1),
            ),
            0.62,
            1.0,
            (3, 4, 9, 10),
        ),
    ),
    Company(
        key="dom-i-kuhnya",
        name="Дом и кухня",
        domain="dom-i-kuhnya.example",
        column="vip",
        store="podolsk",
        markup=Decimal(48),
        agreement="VIP, склад Подольск",
        outlets=(
            ("Мебельный центр «Полюс»", "117405, г. Москва, ул. Дорожная, д. 60"),
            ("Студия на Ленинском", "119334, г. Москва, Ленинский пр-т, д. 41"),
            ("Шоурум в Химках", "141407, Московская обл., г. Химки, ул. Панфилова, д. 19"),
            (
                "Склад-магазин в Подольске",
                "142108, Московская обл., г. Подольск, ул. Курская, д. 2",
            ),
        ),
        parties=(
            Party(
                "dom-ooo",
                "Дом и кухня ООО",
                "ООО «Дом и кухня»",
                inn("772581640"),
                (Paper("7/В-2024", date(2024, 9, 12), Decimal(4_000_000), 30),),
            ),
            Party(
                "dom-retail",
                "ДК Розница ООО",
                "ООО «ДК Розница»",
                inn("502419337"),
                (Paper("12/В-2025", date(2025, 1, 20), Decimal(1_200_000), 14),),
            ),
        ),
        people=(
            Person("director", "Павел Лавров", "p.lavrov"),
            Person("head", "Юлия Серова", "y.serova"),
            Person("buyer", "Никита Осипов", "n.osipov"),
            Person("seller", "Мария Дёмина", "m.demina", 0),
            Person("seller", "Артём Котов", "a.kotov", 1),
            Person("accountant", "Галина Фомина", "g.fomina"),
        ),
        habits=Habits(
            66,
            (
                ("Кухни и шкафы", 4),
                ("Фасады", 6),
                ("Столешницы и панели", 4),
                ("Освещение", 3),
                ("Ручки", 2),
                ("Петли и подъёмники", 2),
                ("Наполнение", 2),
            ),
            0.5,
            1.3,
            (2, 3, 9, 10, 11),
        ),
    ),
    Company(
        key="mebelny-dvor",
        name="Мебельный двор",
        domain="mebelny-dvor.example",
        column="dealer",
        store="ekb",
        markup=Decimal(38),
        agreement="Дилер, склад Екатеринбург",
        outlets=(
            ("Салон на Малышева", "620075, г. Екатеринбург, ул. Малышева, д. 101"),
            ("Салон в Тюмени", "625026, г. Тюмень, ул. Республики, д. 142"),
        ),
        parties=(
            Party(
                "dvor-ooo",
                "Мебельный двор ООО",
                "ООО «Мебельный двор»",
                inn("667120458"),
                (Paper("23/Д-2025", date(2025, 4, 1), Decimal(900_000), 14),),
            ),
        ),
        people=(
            Person("director", "Татьяна Лунина", "t.lunina"),
            Person("head", "Сергей Рогов", "s.rogov"),
            Person("buyer", "Вадим Щукин", "v.shchukin"),
            Person("seller", "Ксения Пахомова", "k.pahomova", 0),
            Person("seller", "Игорь Лапин", "i.lapin", 1),
            Person("accountant", "Елена Гусева", "e.guseva"),
        ),
        habits=Habits(
            46,
            (
                ("Фасады", 5),
                ("Столешницы и панели", 3),
                ("Петли и подъёмники", 3),
                ("Направляющие и ящики", 3),
                ("Опоры и крепёж", 2),
                ("Кромка и клей", 2),
            ),
            0.58,
            0.8,
            (4, 5, 9, 10),
        ),
    ),
    Company(
        key="studiya-liniya",
        name="Студия «Линия»",
        domain="studiya-liniya.example",
        column="dealer",
        store="podolsk",
        markup=Decimal(55),
        agreement="Дилер, склад Подольск",
        outlets=(
            ("Студия на Петроградской", "197022, г. Санкт-Петербург, ул. Чапыгина, д. 5"),
            ("Студия в Пушкине", "196601, г. Санкт-Петербург, г. Пушкин, ул. Оранжерейная, д. 12"),
        ),
        parties=(
            Party(
                "liniya-ip",
                "Соколова Анна Викторовна ИП",
                "Индивидуальный предприниматель Соколова Анна Викторовна",
                inn("7813406521"),
                (Paper("52/Л-2025", date(2025, 8, 18), Decimal(350_000), 7),),
            ),
        ),
        people=(
            Person("director", "Анна Соколова", "a.sokolova"),
            Person("head", "Денис Крылов", "d.krylov"),
            Person("buyer", "Инна Шевцова", "i.shevtsova"),
            Person("seller", "Полина Жукова", "p.zhukova", 0),
            Person("seller", "Кирилл Носов", "k.nosov", 1),
            Person("accountant", "Вера Зимина", "v.zimina"),
        ),
        habits=Habits(
            30,
            (
                ("Фасады", 6),
                ("Ручки", 4),
                ("Освещение", 4),
                ("Столешницы и панели", 3),
                ("Наполнение", 2),
            ),
            0.4,
            0.5,
            (5, 6, 10, 11),
        ),
    ),
    Company(
        key="furnitura-sibiri",
        name="Фурнитура Сибири",
        domain="furnitura-sibiri.example",
        column="wholesale",
        store="",
        markup=Decimal(25),
        agreement="Оптовое, все склады",
        outlets=(
            ("База на Станционной", "630071, г. Новосибирск, ул. Станционная, д. 60"),
            ("Магазин в Барнауле", "656037, г. Барнаул, пр. Калинина, д. 24"),
            ("Магазин в Томске", "634061, г. Томск, ул. Герцена, д. 68"),
        ),
        parties=(
            Party(
                "sibir-ooo",
                "Фурнитура Сибири ООО",
                "ООО «Фурнитура Сибири»",
                inn("540632715"),
                (Paper("3/О-2024", date(2024, 5, 6), Decimal(2_500_000), 45),),
            ),
            Party(
                "sibir-ip",
                "Ершов Виктор Павлович ИП",
                "Индивидуальный предприниматель Ершов Виктор Павлович",
                inn("2204117609"),
                (Paper("9/О-2025", date(2025, 10, 1), Decimal(500_000), 21),),
            ),
        ),
        people=(
            Person("director", "Виктор Ершов", "v.ershov"),
            Person("head", "Наталья Бахтина", "n.bahtina"),
            Person("buyer", "Андрей Кузьмин", "a.kuzmin"),
            Person("seller", "Ольга Речкина", "o.rechkina", 1),
            Person("seller", "Илья Томин", "i.tomin", 2),
            Person("accountant", "Людмила Савина", "l.savina"),
        ),
        habits=Habits(
            42,
            (
                ("Петли и подъёмники", 7),
                ("Направляющие и ящики", 6),
                ("Опоры и крепёж", 5),
                ("Кромка и клей", 5),
                ("Ручки", 3),
            ),
            0.72,
            2.6,
            (3, 4, 8, 9),
        ),
    ),
)


def email_of(person: Person, company: Company | None) -> str:
    """Address of a person at his dealer, else at the supplier."""
    return f"{person.mailbox}@{company.domain if company else STAFF_DOMAIN}"
