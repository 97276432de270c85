"""Units of measure by their code and in the spellings that 1C's users write them in.

Codes and symbols are those of the all-Russian classifier of units of measurement, ОКЕИ
(ОК 015-94, МК 002-97; Rosstandart), as far as goods are sold by them. A litre is `л` and not `дм³`,
a sheet `лист` and not `л.`, which would be a litre. `2009` is a piece in the Ukrainian classifier
(ДК 011-96). Other spellings were seen in exports of 1C.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache

# code of ОКЕИ, the word to show, other spellings
_TABLE = (
    ("003", "мм", "миллиметр"),
    ("004", "см", "сантиметр"),
    ("005", "дм", "дециметр"),
    ("006", "м", "метр", "метры", "mtr"),
    ("008", "км", "километр", "тыс м"),
    ("018", "пог. м", "погонный метр", "п.м", "пм", "п/м", "м.п", "мп", "м пог", "м/п", "п м"),
    ("039", "дюйм"),
    ("050", "мм²", "квадратный миллиметр", "кв. мм"),
    ("051", "см²", "квадратный сантиметр", "кв. см"),
    ("053", "дм²", "квадратный дециметр", "кв. дм"),
    ("055", "м²", "квадратный метр", "кв. м", "м. кв", "м кв"),
    ("059", "га", "гектар"),
    ("111", "мл", "миллилитр", "см³", "куб. см"),
    ("112", "л", "литр", "дм³", "литры", "ltr"),
    ("113", "м³", "кубический метр", "куб. м", "м. куб", "м куб"),
    ("161", "мг", "миллиграмм"),
    ("162", "кар", "карат", "метрический карат"),
    ("163", "г", "грамм", "гр"),
    ("166", "кг", "килограмм", "kg", "kgm"),
    ("168", "т", "тонна", "тн", "тонны"),
    ("206", "ц", "центнер"),
    ("245", "кВт·ч", "киловатт-час", "квт*ч", "квт-ч"),
    ("354", "с", "секунда", "сек"),
    ("355", "мин", "минута"),
    ("356", "ч", "час"),
    ("359", "сут", "сутки", "дн", "день"),
    ("360", "нед", "неделя"),
    ("362", "мес", "месяц"),
    ("366", "год"),
    ("616", "боб", "бобина"),
    ("625", "лист", "листов", "листы"),
    ("639", "доз", "доза"),
    ("641", "дюжина", "дюж", "дюжина шт"),
    ("642", "ед", "единица"),
    ("657", "изд", "изделие"),
    ("698", "мест", "место"),
    ("704", "набор", "наб", "наборы", "set"),
    ("715", "пар", "пара", "пары", "npr"),
    ("728", "пач", "пачка", "пачки"),
    ("735", "часть"),
    ("736", "рул", "рулон", "рулоны"),
    ("745", "элем", "элемент"),
    ("778", "упак", "упаковка", "уп", "упаковки", "nmp"),
    ("792", "чел", "человек"),
    ("796", "шт", "штука", "штук", "штуки", "pce", "pcs", "pc", "nmb", "2009"),
    ("797", "100 шт", "сто штук"),
    ("798", "тыс. шт", "тысяча штук", "1000 шт"),
    ("812", "ящ", "ящик", "ящики"),
    ("839", "компл", "комплект", "к-т", "комп", "кт", "комплекты", "компл-т"),
    ("840", "секц", "секция"),
    ("868", "бут", "бутылка"),
    ("870", "ампул", "ампула"),
    ("872", "флак", "флакон", "фл"),
    ("8751", "кор", "коробка", "короб", "коробки"),
    ("876", "усл. ед", "условная единица"),
    ("879", "усл. шт", "условная штука"),
    ("908", "ном", "номер"),
)
_POWERS = str.maketrans({"²": "2", "³": "3", "\u00a0": " "})


def _key(text: str) -> str:
    """The text without what people write in many ways: case, points, spaces, powers."""
    return "".join(text.translate(_POWERS).casefold().replace(".", " ").split())


_WORDS: Mapping[str, str] = {
    _key(spelling): word for code, word, *others in _TABLE for spelling in (code, word, *others)
}
CODES: Mapping[str, str] = {code: word for code, word, *_others in _TABLE}
"""The word to show for each code of ОКЕИ."""
NAMES: tuple[str, ...] = tuple(CODES.values())
"""The words that known units are shown in."""


@lru_cache(maxsize=1024)
def known(text: str) -> str:
    """The word for a unit told by its code or in any known spelling; empty for any other.

    >>> known("ШТ."), known("796 "), known("кв. м"), known("вязанка")
    ('шт', 'шт', 'м²', '')
    """
    return _WORDS.get(_key(text), "")
