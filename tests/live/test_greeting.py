from __future__ import annotations

import os
import unicodedata
from typing import TYPE_CHECKING

import pytest

from kith.errors import OptionError
from kith.live.events import WatchEvent
from kith.live.greeting import Greeter, Greeting, Words, read_greetings

from .watched import NOON

if TYPE_CHECKING:
    from pathlib import Path

    from kith.live.events import Happening


def event(kind: Happening, time: float, track: int = 1, name: str | None = "Ada") -> WatchEvent:
    return WatchEvent(kind, time, NOON, track=track, name=name)


def test_the_usual_words() -> None:
    assert Words().greet("Ada") == Greeting("Ada", "Welcome Ada, have a nice day!")


@pytest.mark.parametrize(
    ("text", "name", "said"),
    [
        ("Willkommen {name}", "Zoë", "Willkommen Zoë"),
        ("Hello", "Ada", "Hello"),
        ("{name}, {name}!", "ben_afflek", "ben afflek, ben afflek!"),
        ("Hi\n{name}\t!", "A\x00da", "Hi A da !"),
        # What an engine might take for marks or sounds of its own.
        ("Hi {name}", "[[a]]<b>", "Hi a b"),
        ("Hi {name}", "{name}", "Hi name"),
        ("نمایش {name}", "می‌خواهم", "نمایش می‌خواهم"),
    ],
)
def test_what_is_said(text: str, name: str, said: str) -> None:
    greeting = Words(text).greet(name)
    assert greeting is not None
    assert greeting.text == said


@pytest.mark.parametrize("text", ["", "  \n "])
def test_nothing_to_say(text: str) -> None:
    assert Words(text).greet("Ada") is None


@pytest.mark.parametrize(
    ("text", "voice", "complaint"),
    [
        ("Hi {nmae}", None, "knows {name} and no {nmae}"),
        ("Hi {name.__class__}", None, "no {name.__class__}"),
        ("x" * 501, None, "at most 500"),
        ("Hi", "-w/etc/passwd", "no name of a voice"),
        ("Hi", "", "no name of a voice"),
        ("Hi", "de\n", "no name of a voice"),
    ],
)
def test_words_that_are_refused(text: str, voice: str | None, complaint: str) -> None:
    with pytest.raises(OptionError) as refused:
        Words(text, voice)
    assert complaint in str(refused.value)
    assert len(str(refused.value).splitlines()) == 1


def test_a_file_of_greetings(tmp_path: Path) -> None:
    file = tmp_path / "greetings.toml"
    file.write_text(
        '"Ada Lovelace" = "Good to see you, {name}!"\nBo = ""\n'
        '["Zoë"]\ntext = "Willkommen {name}"\nvoice = "de"\n[Cy]\nvoice = "fr"\n',
        "utf-8-sig",
    )
    words = read_greetings(file, Words("Hello {name}", "en-gb"))
    greeter = Greeter(Words("Hello {name}", "en-gb"), words)
    assert [
        greeter.of(event("recognised", 0, track, name))
        for track, name in enumerate(("Ada Lovelace", "Bo", "Zoë", "Cy", "Dot"), 1)
    ] == [
        Greeting("Ada Lovelace", "Good to see you, Ada Lovelace!", "en-gb"),
        None,
        Greeting("Zoë", "Willkommen Zoë", "de"),
        Greeting("Cy", "Hello Cy", "fr"),
        Greeting("Dot", "Hello Dot", "en-gb"),
    ]


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        (b"Ada = Hello", "it has to be TOML"),
        (b"\xff\xfe", "it has to be TOML"),
        (b"Ada = 3", "Ada: a text is needed"),
        (b'Ada = "Hi {you}"', "Ada: a greeting knows {name}"),
        (b'[Ada]\nwords = "Hi"', "Ada: only text and voice are known, not words"),
        (b"[Ada]\ntext = 3", "Ada: text and voice have to be written in quotes"),
        (b'[Ada]\nvoice = "-f"', "Ada: '-f' is no name of a voice"),
        (b"#" * 1_000_001, "no file of greetings is as large"),
        (b"Ada = " + b"[" * 100_000, "nested too deeply"),
        (b'"" = "Hi"', "a name needs at least one visible character"),
    ],
)
def test_a_bad_file(tmp_path: Path, content: bytes, complaint: str) -> None:
    file = tmp_path / "greetings.toml"
    file.write_bytes(content)
    with pytest.raises(OptionError) as refused:
        read_greetings(file, Words())
    assert str(refused.value).startswith(str(file))
    assert complaint in str(refused.value)
    assert len(str(refused.value).splitlines()) == 1


def test_a_name_may_be_spelt_as_no_gallery_keeps_it(tmp_path: Path) -> None:
    """Some editors and systems write an accent as a letter of its own."""
    file = tmp_path / "greetings.toml"
    file.write_text(unicodedata.normalize("NFD", '" Zoë  Bell" = "Hi"'), "utf-8")
    assert list(read_greetings(file, Words())) == [unicodedata.normalize("NFC", "Zoë Bell")]


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs named pipes")
def test_what_never_ends_is_no_file_of_greetings(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    for endless in (tmp_path / "pipe", "/dev/zero"):
        with pytest.raises(OptionError, match="pipe, socket or device"):
            read_greetings(endless, Words())


@pytest.mark.parametrize("path", ["missing.toml", "."])
def test_no_file(tmp_path: Path, path: str) -> None:
    with pytest.raises(OptionError, match=r"No such file|Is a directory|denied"):
        read_greetings(tmp_path / path, Words())


def test_once_per_visit_however_often_the_face_is_lost() -> None:
    greeter = Greeter(cooldown=60)
    assert greeter.of(event("entered", 0, name=None)) is None
    assert greeter.of(event("recognised", 1)) is not None
    assert greeter.of(event("left", 100)) is None
    assert greeter.of(event("recognised", 101, track=2)) is None  # turned round for a moment
    assert greeter.of(event("left", 500, track=2)) is None
    assert greeter.of(event("recognised", 559, track=3)) is None
    assert greeter.of(event("left", 559, track=3)) is None
    assert greeter.of(event("recognised", 620, track=4)) is not None


def test_seen_twice_at_once() -> None:
    """In a mirror, or on a photo that somebody holds up."""
    greeter = Greeter(cooldown=0)
    assert greeter.of(event("recognised", 0, track=1)) is not None
    assert greeter.of(event("recognised", 1, track=2)) is None
    greeter.of(event("left", 2, track=1))
    assert greeter.of(event("recognised", 3, track=3)) is None  # still here by track 2


def test_no_cooldown_greets_at_every_visit() -> None:
    greeter = Greeter(cooldown=0)
    for track in range(3):
        assert greeter.of(event("recognised", track, track=track + 1)) is not None
        greeter.of(event("left", track + 0.5, track=track + 1))


def test_a_name_that_flickers_is_not_greeted_again() -> None:
    greeter = Greeter(cooldown=60)
    assert greeter.of(event("recognised", 0, name="Ada")) is not None
    assert greeter.of(event("recognised", 1, name="Bo")) is not None
    assert greeter.of(event("recognised", 2, name="Ada")) is None
    assert greeter.of(event("unknown", 3, name=None)) is None
    assert greeter.of(event("recognised", 4, name="Bo")) is None


def test_strangers_and_states_are_not_greeted() -> None:
    greeter = Greeter()
    assert greeter.of(event("unknown", 0, name=None)) is None
    assert greeter.of(WatchEvent("state", 0, NOON, state="lost")) is None


@pytest.mark.parametrize("cooldown", [-1, float("nan"), float("inf")])
def test_no_number_of_seconds(cooldown: float) -> None:
    with pytest.raises(OptionError, match="number of seconds"):
        Greeter(cooldown=cooldown)
