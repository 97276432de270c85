"""Numbers that look like those of life and check like them: GUIDs, barcodes, INN, KPP."""

from __future__ import annotations

import hashlib
import uuid

_EAN_WEIGHTS = (1, 3)
_COMPANY_WEIGHTS = (2, 4, 10, 3, 5, 9, 4, 6, 8)
_TRADER_WEIGHTS = ((7, 2, 4, 10, 3, 5, 9, 4, 6, 8), (3, 7, 2, 4, 10, 3, 5, 9, 4, 6, 8))


def guid(seed: int, kind: str, key: str) -> str:
    """The GUID of an object of the demonstration's 1C: the same for the same seed and key."""
    text = f"vitrina/{seed}/{kind}/{key}".encode()
    return str(uuid.UUID(bytes=hashlib.blake2b(text, digest_size=16).digest(), version=4))


def ean13(number: int) -> str:
    """A barcode with the Russian prefix 460 for the product `number` (up to nine digits)."""
    digits = f"460{number:09d}"
    total = sum(int(digit) * _EAN_WEIGHTS[place % 2] for place, digit in enumerate(digits))
    return f"{digits}{-total % 10}"


def is_ean13(text: str) -> bool:
    """Whether the last digit is the check digit of the others."""
    if len(text) != 13 or not text.isdigit():
        return False
    total = sum(int(digit) * _EAN_WEIGHTS[place % 2] for place, digit in enumerate(text))
    return total % 10 == 0


def inn(digits: str) -> str:
    """`digits` (9 of a company, 10 of a sole trader) with their check digits.

    The rule is that of the Federal Tax Service: weighted sum modulo 11, then modulo 10.
    """
    if len(digits) == len(_COMPANY_WEIGHTS):
        return digits + _check(digits, _COMPANY_WEIGHTS)
    for weights in _TRADER_WEIGHTS:
        digits += _check(digits, weights)
    return digits


def is_inn(text: str) -> bool:
    """Whether the check digits are right; 10 digits of a company or 12 of a person."""
    if not text.isdigit() or len(text) not in {10, 12}:
        return False
    return inn(text[:9] if len(text) == 10 else text[:10]) == text


def _check(digits: str, weights: tuple[int, ...]) -> str:
    total = sum(int(digit) * weight for digit, weight in zip(digits, weights, strict=True))
    return str(total % 11 % 10)
