"""What clients send, taken apart."""

from collections.abc import Mapping
from typing import cast

from lendly.errors import BadRequest, RuleBroken
from lendly.library import NewItem

LARGEST_ID = 2**31 - 1


def number(values: Mapping[str, str], name: str, default: int, *, most: int) -> int:
    """A whole number from 1 to `most`. Raises BadRequest."""
    text = values.get(name, "")
    if text == "":
        return default
    if not (text.isascii() and text.isdecimal() and len(text) < 10 and 1 <= int(text) <= most):
        raise BadRequest(f"{name} is a whole number from 1 to {most}.")
    return int(text)


def days(text: str) -> int:
    """What a form says for a number of days. Raises RuleBroken."""
    try:
        return int(text.strip()[:6])
    except ValueError:
        raise RuleBroken("days", "The number of days is missing.") from None


def body[T](found: object, name: str, kind: type[T], default: T | None = None) -> T:
    """A field of a JSON object. Raises BadRequest for one that is missing or of another type."""
    if not isinstance(found, dict):
        raise BadRequest("A JSON object is expected.")
    value = cast(dict[str, object], found).get(name, default)
    # True is an int to Python, and no number to anybody else.
    if not isinstance(value, kind) or isinstance(value, bool):
        raise BadRequest(f"{name} is expected, as {_NAMES[kind]}.")
    return value


_NAMES: dict[type, str] = {str: "text", int: "a whole number", list: "a list"}


def new_item(found: object) -> NewItem:
    """Raises BadRequest."""
    return NewItem(name=body(found, "name", str), about=body(found, "about", str, ""))
