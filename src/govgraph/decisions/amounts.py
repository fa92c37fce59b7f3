"""Sums of money and other numbers as people write them."""

import re
from decimal import Decimal

from govgraph.errors import BadParameter

__all__ = ["amount_of", "count_of", "pounds"]

_AMOUNT = re.compile(r"£?\s*(\d{1,15}|\d{1,3}(?:,\d{3}){1,4})(\.\d{1,6})?\s*(k|m|bn|thousand|million|billion)?")
_TIMES = {"k": 3, "thousand": 3, "m": 6, "million": 6, "bn": 9, "billion": 9}


def amount_of(value: str | int | float | Decimal, name: str = "amount") -> Decimal:
    """A sum of pounds, from a number or from what a person wrote.

    Parameters
    ----------
    name : what it is the amount of, for the message.

    Raises
    ------
    BadParameter : it is not one sum of nought or more pounds.

    Examples
    --------
    >>> [int(amount_of(text)) for text in ("£600,000", "600k", "1.2m", "£1.2 million", "600000.00")]
    [600000, 600000, 1200000, 1200000, 600000]
    >>> amount_of("lots")
    Traceback (most recent call last):
    ...
    govgraph.errors.BadParameter: amount is not a sum of money: "lots". Write it as 600000, £600,000, 600k or 1.2m.
    """
    text = format(value, "f") if isinstance(value, float | Decimal) else str(value)
    found = None if isinstance(value, bool) else _AMOUNT.fullmatch(text.strip().lower())
    if not found or not text.replace("£", "").isascii():
        raise BadParameter(
            f'{name} is not a sum of money: "{text.strip()[:40]}"', "Write it as 600000, £600,000, 600k or 1.2m."
        )
    number = Decimal(found[1].replace(",", "") + (found[2] or ""))
    return number.scaleb(_TIMES[found[3]]) if found[3] else number


def count_of(value: str | int, name: str) -> int:
    """A whole number from 0.

    Raises
    ------
    BadParameter : it is not one.

    >>> count_of("3", "wards")
    3
    """
    text = str(value).strip()
    if isinstance(value, bool) or not re.fullmatch(r"[0-9]{1,6}", text):
        raise BadParameter(f'{name} is not a whole number: "{text[:40]}"', "Write it as 2.")
    return int(text)


def pounds(amount: Decimal) -> str:
    """A sum as a reader sees it.

    >>> pounds(Decimal("600000.0")), pounds(Decimal("12.5"))
    ('£600,000', '£12.50')
    """
    if amount == amount.to_integral_value():
        return f"£{int(amount):,}"
    cents = amount.quantize(Decimal("0.01"))
    return f"£{cents:,}" if cents == amount else f"£{amount.normalize():,f}"
