"""The card of a user's own model as JSON, written and read; reading trusts nothing.

What is read is held to the fields and the types of `kith.models.card`, and to what a model of one's
own can be: one file without sources, a crop that kith knows, names that are no paths.
"""

from __future__ import annotations

import json
import math
import re
import types
from collections.abc import Mapping
from dataclasses import MISSING, fields, is_dataclass
from typing import Any, Literal, TypeVar, Union, get_args, get_origin, get_type_hints

from kith.errors import printable
from kith.models.card import ModelCard

FORMAT = "kith model"
VERSION = 1

LARGEST_CARD = 256 * 1024
LONGEST_TEXT = 4000
MOST_ENTRIES = 1000

FOREIGN = (
    *("more", "also", "importer", "classifier_file", "variants", "measured"),
    *("tradition", "confidence"),
)
"""What a card says of another network's files, uses and figures; a model of one's own has none."""

_LARGEST_NUMBER = 2**53
_SHA256 = re.compile(r"([0-9a-f]{64})?", re.ASCII)

T = TypeVar("T")


class Unsound(Exception):
    """What is wrong with a card, in a few words."""


def card_json(card: ModelCard) -> bytes:
    """Return a card as it is kept; the same card gives the same bytes, whatever kith writes it."""
    return object_json({"card": _plain_fields(card, without=FOREIGN)})


def object_json(values: Mapping[str, object]) -> bytes:
    """Return a JSON object with kith's format and its version; see `parse_object`."""
    whole = {"format": FORMAT, "version": VERSION, **values}
    return (json.dumps(whole, ensure_ascii=False, indent=1, allow_nan=False) + "\n").encode()


def parse_card(data: bytes) -> ModelCard:
    """Return the card that was written; its meaning is for `kith.models.own_card` to judge.

    Raises:
        Unsound: it is none, or not of these fields and types.
    """
    whole = parse_object(data, "card")
    return _built(ModelCard, whole.get("card"), "its card", without=FOREIGN)


def parse_object(data: bytes, what: str) -> dict[str, Any]:
    """Return a JSON object that `object_json` made.

    Raises:
        Unsound: it is none, or of another version.
    """
    try:
        whole = json.loads(data, parse_constant=_no_constant, object_pairs_hook=_once)
    except (ValueError, RecursionError) as error:
        raise Unsound(f"its {what} is no JSON") from error
    if not isinstance(whole, dict) or whole.get("format") != FORMAT:
        raise Unsound(f"its {what} is not one of kith's")
    if whole.get("version") != VERSION:
        raise Unsound(f"its version is {printable(str(whole.get('version')), 20)}: update kith")
    return whole


def is_sha256(text: str, *, empty: bool = False) -> bool:
    """Tell whether text is a sha256 in small hexadecimal digits."""
    return _SHA256.fullmatch(text) is not None and (empty or text != "")


def _plain_fields(value: Any, without: tuple[str, ...] = ()) -> dict[str, Any]:
    """Return a dataclass as JSON has it, without what is as everywhere.

    An older kith can so read what uses nothing that is new.
    """
    kept = {}
    for field in fields(value):
        one = getattr(value, field.name)
        default = field.default if field.default_factory is MISSING else field.default_factory()
        if field.name not in without and (default is MISSING or one != default):
            kept[field.name] = _plain_fields(one) if is_dataclass(one) else one
    return kept


def _no_constant(name: str) -> float:
    raise ValueError(name)


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("the same key twice")
    return found


def _built(kind: type[T], value: object, where: str, without: tuple[str, ...] = ()) -> T:
    """Return a dataclass of what JSON says of its fields."""
    if not isinstance(value, dict):
        raise Unsound(f"{where} is no object")
    known = {field.name: field for field in fields(kind) if field.name not in without}  # type: ignore[arg-type]
    for key in value:
        if key not in known:
            raise Unsound(
                f"{where} has a field {printable(key, 40)!r} that this kith does not know"
            )
    for name, field in known.items():
        required = field.default is MISSING and field.default_factory is MISSING
        if required and name not in value:
            raise Unsound(f"{where} has no {name}")
    # The card's module names Mapping for type checkers alone.
    hints = get_type_hints(kind, localns={"Mapping": Mapping})
    return kind(
        **{name: _value(hints[name], one, f"{where}'s {name}") for name, one in value.items()}
    )


def _value(hint: Any, value: object, where: str) -> Any:
    """Return a value of JSON as the type that a field has."""
    if is_dataclass(hint) and isinstance(hint, type):
        return _built(hint, value, where)
    origin = get_origin(hint)
    if origin is Literal:
        return _one_of(get_args(hint), value, where)
    if origin in (Union, types.UnionType):
        return _either(get_args(hint), value, where)
    if origin is tuple:
        return _row(get_args(hint), value, where)
    if origin is not None:
        return _mapping(get_args(hint)[1], value, where)
    return _plain(hint, value, where)


def _plain(kind: type, value: object, where: str) -> object:
    if kind is float and type(value) is int:
        value = float(value) if abs(value) <= _LARGEST_NUMBER else math.inf
    if type(value) is not kind:
        raise Unsound(f"{where} is not of the right kind")
    if isinstance(value, str) and (len(value) > LONGEST_TEXT or not value.isprintable()):
        raise Unsound(f"{where} is no text of one line")
    if isinstance(value, int | float) and not abs(value) <= _LARGEST_NUMBER:
        raise Unsound(f"{where} is out of all bounds")
    return value


def _one_of(known: tuple[object, ...], value: object, where: str) -> object:
    if not isinstance(value, str) or value not in known:
        raise Unsound(f"{where} is none that this kith knows")
    return value


def _either(hints: tuple[Any, ...], value: object, where: str) -> Any:
    """Return the value as the first of several types that it has."""
    if value is None and type(None) in hints:
        return None
    problems = []
    # Its own type before those that would take it, too: a whole number stays one.
    for hint in sorted(hints, key=lambda hint: hint is not type(value)):
        if hint is not type(None):
            try:
                return _value(hint, value, where)
            except Unsound as problem:
                problems.append(problem)
    raise problems[0]


def _row(hints: tuple[Any, ...], value: object, where: str) -> tuple[Any, ...]:
    if not isinstance(value, list) or len(value) > MOST_ENTRIES:
        raise Unsound(f"{where} is no list, or too long")
    kinds = (hints[0],) * len(value) if hints[-1] is Ellipsis else hints
    if len(kinds) != len(value):
        raise Unsound(f"{where} has another length")
    return tuple(_value(kind, one, where) for kind, one in zip(kinds, value, strict=True))


def _mapping(hint: Any, value: object, where: str) -> dict[str, Any]:
    if not isinstance(value, dict) or len(value) > MOST_ENTRIES:
        raise Unsound(f"{where} is no object, or too large")
    return {_plain(str, key, where): _value(hint, one, where) for key, one in value.items()}  # type: ignore[misc]
