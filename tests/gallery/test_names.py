from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kith.errors import InvalidName
from kith.gallery.names import LONGEST, clean_name, name_key


@pytest.mark.parametrize(
    ("given_name", "kept"),
    [
        ("Ada", "Ada"),
        ("  Ada \t", "Ada"),
        ("Ada\n", "Ada"),
        ("Ada   King  Lovelace", "Ada King Lovelace"),
        ("Ada\u00a0Lovelace", "Ada Lovelace"),
        ("Ada\u3000Lovelace", "Ada Lovelace"),
        ("Zoe\u0308", "Zoë"),
        ("A\u030angstro\u0308m", "Ångström"),
        ("李小龍", "李小龍"),
        ("علی\u200cرضا", "علی\u200cرضا"),  # a non-joiner spells the name
        ("نور", "نور"),
        ("👩\u200d🚀 Mae", "👩\u200d🚀 Mae"),
        ("🏴\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f", None),
        ("../../etc/passwd", "../../etc/passwd"),
        ('O\'Brien "Bob"', 'O\'Brien "Bob"'),
        ("Robert'); DROP TABLE people;--", "Robert'); DROP TABLE people;--"),
        ("-rf", "-rf"),
        ("a" * LONGEST, "a" * LONGEST),
    ],
)
def test_names_that_are_kept(given_name: str, kept: str | None) -> None:
    assert clean_name(given_name) == (given_name if kept is None else kept)


@pytest.mark.parametrize(
    ("given_name", "words"),
    [
        ("", "visible"),
        ("   ", "visible"),
        ("\n", "visible"),
        ("\u200d", "visible"),
        ("\u0301", "visible"),
        ("\u3164", "visible"),
        ("\u2800", "visible"),
        ("..", "of dots alone"),
        (" . ", "of dots alone"),
        ("Ada\nLovelace", "control character (U+000A)"),
        ("Ada\tLovelace", "control character (U+0009)"),
        ("Ada\x00", "control character (U+0000)"),
        ("Ada\x1b[31m", "control character (U+001B)"),
        ("Ada\x7f", "control character (U+007F)"),
        ("Ada\u202eadA", "formatting character (U+202E)"),
        ("Ada\u2066x", "formatting character (U+2066)"),
        ("Ada\u200b", "formatting character (U+200B)"),
        ("Ad\u00ada", "formatting character (U+00AD)"),
        ("\ufeffAda", "formatting character (U+FEFF)"),
        ("Ada\u2028x", "line break (U+2028)"),
        ("Ada\u2029x", "paragraph break (U+2029)"),
        ("Ada\ud800", "surrogate"),
        ("a" * (LONGEST + 1), "201"),
        ("a" * 1_000_000, "1000000"),
    ],
)
def test_names_that_are_refused(given_name: str, words: str) -> None:
    with pytest.raises(InvalidName) as error:
        clean_name(given_name)
    message = str(error.value)
    assert words in message
    assert message.isprintable()
    assert len(message) < 300


@given(st.text())
def test_a_kept_name_is_its_own_normal_form(text: str) -> None:
    try:
        kept = clean_name(text)
    except InvalidName:
        return
    assert clean_name(kept) == kept
    assert kept == unicodedata.normalize("NFC", kept).strip()
    assert not any(unicodedata.category(c) in {"Cc", "Cs", "Zl", "Zp"} for c in kept)
    assert kept.encode("utf-8").decode("utf-8") == kept


@given(st.text())
def test_the_key_has_neither_case_nor_compatibility_forms(text: str) -> None:
    key = name_key(text)
    assert name_key(key) == key
    assert name_key(unicodedata.normalize("NFD", text)) == key


@pytest.mark.parametrize(
    ("one", "other"), [("Ada", "ADA"), ("Straße", "STRASSE"), ("Ａda", "ada"), ("ﬁnn", "FINN")]
)
def test_spellings_with_one_key(one: str, other: str) -> None:
    assert name_key(one) == name_key(other)
