from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kith.evaluation.records import Interval, Rate
from kith.evaluation.report import words


def plain(text):
    return text.replace("\u202f", " ")


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (0.0, "0 %"),
        (0.005, "0.50 %"),
        (0.000123, "0.012 %"),
        (0.0009998, "0.10 %"),
        (0.0999, "10 %"),
        (0.123, "12 %"),
        (0.9967, "99.67 %"),
        (1.0, "100 %"),
        (0.99, "99 %"),
    ],
)
def test_percent(value, shown):
    assert plain(words.percent(value)) == shown


@given(st.floats(1e-8, 0.99))
def test_two_digits_hold_a_rate_to_five_per_cent(value):
    shown = float(plain(words.percent(value)).removesuffix(" %")) / 100
    assert math.isclose(shown, value, rel_tol=0.0501)


@pytest.mark.parametrize(
    ("rate", "asked", "odds"),
    [
        (0.001, "0.1 %", "1 in 1,000"),
        (1e-6, "0.0001 %", "1 in 1,000,000"),
        (0.003, "0.3 %", ""),
        (1.0, "100 %", ""),
        (None, "–", ""),
    ],
)
def test_rates_that_were_asked_for(rate, asked, odds):
    assert plain(words.asked(rate)) == asked
    assert words.one_in(rate) == odds


def test_a_rate_with_all_that_is_known_of_it():
    rate = Rate(0.005, 600, Interval(0.0, 0.0137), rough=True)
    assert plain(words.with_bounds(rate)) == "0.50 % (95 %: 0–1.4 %, rough)"
    assert words.errors(rate) == "3 of 600"
    assert plain(words.with_bounds(Rate(0.02, 5000))) == "2.0 %"


def test_what_is_not_supported_is_never_a_number():
    rate = Rate(None, 600, unsupported="not supported by 600 pairs")
    assert words.with_bounds(rate) == "not supported by 600 pairs"
    assert words.bounds(rate) == words.sure(rate) == words.errors(rate) == ""
    assert words.rate(Rate(None, 7)) == "not supported by 7 pairs"


@pytest.mark.parametrize(
    ("path", "shown"),
    [
        ("/a/b/Ada_Lovelace/Ada_Lovelace_0001.jpg", "Ada_Lovelace_0001.jpg"),
        ("/a/b/ada/1.jpg", "ada/1.jpg"),
        ("1.jpg", "/1.jpg"),
        ("/a/\u202egpj.exe/1.jpg", "\\u202egpj.exe/1.jpg"),
    ],
)
def test_photos(path, shown):
    assert words.photo(path).lstrip("/") == shown.lstrip("/")


def test_texts_from_outside_are_bounded_and_printable():
    assert words.person("Ada_\x1b[31mLovelace") == "Ada \\x1b[31mLovelace"
    assert len(words.person("x" * 1000)) == 60
    assert len(words.line("x" * 1000)) == 300
    assert len(words.photo("y/" + "x" * 1000)) == 60


def test_numbers():
    assert words.score(-0.25) == "−0.250"
    assert words.score(None) == words.score(float("-inf")) == "–"
    assert words.margin(0.1204) == "+0.120"
    assert words.margin(-0.1204) == "−0.120"
    assert words.joined(["a"]) == "a"
    assert words.joined(["a", "b", "c"]) == "a, b and c"
    assert (words.count(1, "person"), words.count(2000, "person")) == ("1 person", "2,000 people")
