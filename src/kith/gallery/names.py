"""What a person may be called.

A name is kept in Unicode normal form C with single spaces inside. Two people cannot have one
name: whoever is enrolled under a name that is known is that person. Upper and lower case are told
apart ("Ada" is not "ada"), because no rule of case folding is right for every language; where a
name is not found, `name_key` finds the one that was probably meant.
"""

from __future__ import annotations

import unicodedata

from kith.errors import InvalidName, printable

LONGEST = 200
"""The most characters (code points) a name may have."""

# Joiners that spell (Persian, Indic scripts, emoji sequences) and the tags that spell flags.
_SPELLING_FORMATS = frozenset("\u200c\u200d") | {chr(code) for code in range(0xE0020, 0xE0080)}
# Letters and symbols by their category that leave no mark on paper.
_BLANK = frozenset("\u115f\u1160\u3164\uffa0\u2800")
_REFUSED = {
    "Cc": "a control character",
    "Cf": "an invisible formatting character",
    "Cs": "half of a surrogate pair",
    "Zl": "a line break",
    "Zp": "a paragraph break",
}


def clean_name(name: str) -> str:
    """Return the name as it is kept, or say why it cannot be.

    Example:
        >>> clean_name("  Ada   Lovelace ")
        'Ada Lovelace'

    Raises:
        InvalidName: empty, too long, of dots alone, or with characters that cannot be seen.
    """
    stripped = name.strip()
    for character in stripped:
        category = unicodedata.category(character)
        if category in _REFUSED and character not in _SPELLING_FORMATS:
            raise InvalidName(
                f"a name cannot hold {_REFUSED[category]} (U+{ord(character):04X}): "
                f"remove it from '{printable(stripped, 60)}'"
            )
    cleaned = " ".join(unicodedata.normalize("NFC", stripped).split())
    if not any(_leaves_a_mark(character) for character in cleaned):
        raise InvalidName("a name needs at least one visible character")
    if set(cleaned) == {"."}:
        raise InvalidName("a name cannot be of dots alone, which mean a folder in paths")
    if len(cleaned) > LONGEST:
        raise InvalidName(
            f"a name has at most {LONGEST} characters, this one has {len(cleaned)}: shorten it"
        )
    return cleaned


def name_key(name: str) -> str:
    """Return what spellings of one name have in common: without case and compatibility forms."""
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", name).casefold())


def _leaves_a_mark(character: str) -> bool:
    category = unicodedata.category(character)
    return category[0] in "LNSPC" and category != "Cf" and character not in _BLANK
