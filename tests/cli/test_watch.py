"""``kith watch`` on a film, on a camera of the network, in a window, and where all that is not."""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
import wave
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from kith.cli import watch_told
from kith.live import speech, speech_speaker
from kith.live.events import WatchEvent
from live.test_webhook import Receiver
from live.watched import Camera, enrol_ada, jpegs, make_film

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from kith import Recognizer

    from .conftest import Done, Kith, Spawn

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="needs POSIX signals and shells")

EVENT = {
    *("event", "time", "at", "source", "track", "person", "verdict", "name", "similarity"),
    *("threshold", "box", "since", "reason"),
}
WELCOME = "Welcome Ada, have a nice day!"


@pytest.fixture(scope="module")
def place(
    recognizer: Recognizer, presidents: Path, tmp_path_factory: pytest.TempPathFactory
) -> Path:
    folder = tmp_path_factory.mktemp("watched")
    make_film(folder / "film.mp4", recognizer, seconds=3)
    enrol_ada(folder / "people.kith")
    return folder


@pytest.fixture(scope="module")
def pictures(recognizer: Recognizer, presidents: Path) -> list[bytes]:
    times = [1.0 + n / 12 for n in range(36)]
    return jpegs(recognizer, times + times[::-1])


@pytest.fixture
def film(place: Path, gallery: Path) -> Path:
    """A film with Ada and a stranger, and a gallery that knows Ada."""
    gallery.parent.mkdir()
    shutil.copy(place / "people.kith", gallery)
    return place / "film.mp4"


def events(done: Done, kind: str | None = None) -> list[dict[str, Any]]:
    return [one for one in done.objects if kind in (None, one["event"])]


def engine(folder: Path, script: str) -> str:
    """Make an espeak-ng that does as a script says; return the path to find it by."""
    folder.mkdir()
    (folder / "espeak-ng").write_text(f"#!/bin/sh\n{script}\n")
    (folder / "espeak-ng").chmod(0o755)
    return f"{folder}{os.pathsep}{os.environ['PATH']}"


def sound(path: Path) -> np.ndarray:
    with wave.open(str(path), "rb") as reader:
        return np.frombuffer(reader.readframes(10**9), "<i2")


# What it says.


def test_headless(kith: Kith, film: Path) -> None:
    done = kith.fine("watch", film, "--headless")
    *told, summary = done.objects
    assert {frozenset(event) for event in told} == {frozenset(EVENT)}
    named = [event for event in told if event["event"] == "recognised"]
    assert [event["name"] for event in named] == ["Ada"]
    assert named[0]["similarity"] > named[0]["threshold"]
    assert named[0]["verdict"] == "match"
    assert len(named[0]["box"]) == 4
    entered = [event["track"] for event in told if event["event"] == "entered"]
    left = [event["track"] for event in told if event["event"] == "left"]
    assert sorted(entered) == sorted(left) == [1, 2]
    assert summary["event"] == "summary"
    assert (summary["frames"], summary["dropped"], summary["entered"]) == (75, 0, 2)
    assert (summary["people"], summary["live"], summary["problem"]) == (["Ada"], False, None)
    assert 0 < summary["p50_ms"] <= summary["p95_ms"]


def test_the_same_events_whatever_else_is_asked(kith: Kith, film: Path) -> None:
    plain = kith.fine("watch", film, "--headless", "--quiet", "--every", "3").objects
    with_json = kith.fine("watch", film, "--headless", "--json", "--every", "3").objects
    for one, other in zip(plain[:-1], with_json[:-1], strict=True):
        assert {**one, "at": ""} == {**other, "at": ""}


def test_a_threshold_of_ones_own(kith: Kith, film: Path) -> None:
    done = kith.fine("watch", film, "--headless", "--threshold", "1.0")
    assert {event.get("name") for event in done.objects[:-1]} == {None}
    assert done.objects[-1]["people"] == []


def test_frames_of_a_folder(kith: Kith, film: Path, tmp_path: Path, pictures: list[bytes]) -> None:
    folder = tmp_path / "frames"
    folder.mkdir()
    for number, picture in enumerate(pictures):
        (folder / f"{number:03}.jpg").write_bytes(picture)
    done = kith.fine("watch", folder, "--headless")
    assert done.objects[-1]["frames"] == len(pictures)
    assert done.objects[-1]["people"] == ["Ada"]


# Greeting.


@pytest.fixture
def espeak() -> str:
    program = shutil.which("espeak-ng")
    if program is None:
        pytest.skip("needs espeak-ng")
    return program


def by_hand(espeak: str, words: str, voice: str, to: Path) -> np.ndarray:
    command = [espeak, "-v", voice, "-s", str(speech.PACE), "-w", str(to), words]
    subprocess.run(command, check=True, timeout=10)
    return sound(to)


def test_a_greeting_in_a_file(kith: Kith, film: Path, tmp_path: Path, espeak: str) -> None:
    file = tmp_path / "greeting.wav"
    done = kith.fine("watch", film, "--headless", "--greet-to", file)
    [greeted] = events(done, "greeted")
    assert (greeted["name"], greeted["text"], greeted["track"]) == ("Ada", WELCOME, 1)
    assert done.objects[-1]["greeted"] == 1
    assert np.array_equal(sound(file), by_hand(espeak, WELCOME, "en", tmp_path / "hand.wav"))


def test_a_greeting_in_another_language(
    kith: Kith, film: Path, tmp_path: Path, espeak: str
) -> None:
    file = tmp_path / "greeting.wav"
    words = ("--greeting", "Willkommen {name}!", "--voice", "de")
    done = kith.fine("watch", film, "--headless", "--greet-to", file, *words)
    assert events(done, "greeted")[0]["text"] == "Willkommen Ada!"
    expected = by_hand(espeak, "Willkommen Ada!", "de", tmp_path / "hand.wav")
    assert np.array_equal(sound(file), expected)


def test_a_greeting_of_ones_own(kith: Kith, film: Path, tmp_path: Path, espeak: str) -> None:
    texts, file = tmp_path / "texts.toml", tmp_path / "greeting.wav"
    texts.write_text('["Ada"]\ntext = "Bonjour {name}"\nvoice = "fr"\n')
    kith.fine("watch", film, "--headless", "--greet-to", file, "--greetings", texts)
    expected = by_hand(espeak, "Bonjour Ada", "fr", tmp_path / "hand.wav")
    assert np.array_equal(sound(file), expected)


def test_no_speech_engine(kith: Kith, film: Path, tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setattr(speech, "find_engine", lambda: None)
    file = tmp_path / "a.wav"
    done = kith("watch", film, "--headless", "--greet", "--greet-to", file)
    assert done.code == 0
    assert "no speech engine was found, so nobody is greeted aloud" in done.complaint
    assert events(done, "greeted")
    assert not file.exists()


def test_an_engine_that_hangs_stops_nothing(
    kith: Kith, film: Path, tmp_path: Path, monkeypatch
) -> None:
    monkeypatch.setenv("PATH", engine(tmp_path / "bin", "sleep 1000"))
    monkeypatch.setattr(speech_speaker, "LIMIT", 1.0)
    done = kith("watch", film, "--headless", "--greet")
    assert done.code == 0
    assert done.complaint == (
        "nobody was greeted aloud: espeak-ng: it did not end in time and was stopped"
    )
    assert (done.objects[-1]["frames"], done.objects[-1]["people"]) == (75, ["Ada"])


def test_an_engine_that_hangs_when_it_is_asked_for_a_voice(
    kith: Kith, film: Path, tmp_path: Path, monkeypatch
) -> None:
    monkeypatch.setenv("PATH", engine(tmp_path / "bin", "sleep 1000"))
    monkeypatch.setattr(speech, "_CHECK_LIMIT", 0.3)
    done = kith("watch", film, "--headless", "--greet", "--voice", "de")
    assert (done.code, done.objects[-1]["frames"]) == (0, 75)
    assert "espeak-ng does not answer" in done.complaint


# Events to an address.


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    made = Receiver()
    yield made
    made.close()


def test_events_are_sent(kith: Kith, film: Path, receiver: Receiver, monkeypatch) -> None:
    monkeypatch.setenv("KITH_WEBHOOK_SECRET", "hush")
    receiver.answers = [500]
    done = kith("watch", film, "--headless", "--on-event", receiver.address)
    assert done.code == 0
    assert "does not take events: it answers 500" in done.err
    sent = [json.loads(body) for _, _, body in receiver.requests]
    assert sent[1:] == done.objects[:-1]
    assert sent[0] == sent[1]  # tried again
    assert all("X-Kith-Signature" in headers for _, headers, _ in receiver.requests)
    assert (done.objects[-1]["sent"], done.objects[-1]["lost"]) == (len(sent) - 1, 0)


def test_events_without_a_signature_are_told(
    kith: Kith, film: Path, receiver: Receiver, monkeypatch
) -> None:
    monkeypatch.delenv("KITH_WEBHOOK_SECRET", raising=False)
    done = kith("watch", film, "--headless", "--on-event", receiver.address)
    assert done.complaint == ("events are sent without a signature: KITH_WEBHOOK_SECRET is not set")
    assert done.code == 0


# What cannot be done.


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (["missing.mp4"], "no such file"),
        ([""], "it is empty"),
        (["ftp://door/"], "no address that can be read"),
        (["FILM", "--every", "0"], "--every"),
        (["FILM", "--threshold", "7"], "threshold"),
        (["FILM", "--timeout", "0"], "timeout"),
        (["FILM", "--full-screen"], "--full-screen needs a window"),
        (["FILM", "--greeting", "Hi"], "--greeting says how to greet: add --greet"),
        (["FILM", "--voice", "de"], "--voice says how to greet"),
        (["FILM", "--greet", "--greeting", "Hi {you}"], "knows {name} and no {you}"),
        (["FILM", "--greet", "--cooldown", "-1"], "cooldown"),
        (["FILM", "--greet", "--greetings", "missing.toml"], "No such file"),
        (["FILM", "--greet-to", "a.mp3"], "ends in .wav"),
        (["FILM", "--greet-to", "no/such/folder/a.wav"], "in a folder that is there"),
        (["FILM", "--on-event", "rm -rf /"], "--on-event wants an address"),
        (["FILM", "--on-event", "file:///etc/passwd"], "only http and https"),
        (["FILM", "--gallery", "missing.kith"], "missing.kith"),
        (["FILM", "--embedder", "nonsense"], "nonsense"),
    ],
)
def test_wrong_use(kith: Kith, film: Path, arguments: list[str], complaint: str) -> None:
    given = [str(film) if one == "FILM" else one for one in arguments]
    done = kith("watch", *given, "--headless")
    assert (done.code, done.out) == (2, "")
    assert complaint in done.complaint


def test_a_voice_that_is_not_there(kith: Kith, film: Path, espeak: str) -> None:
    done = kith("watch", film, "--headless", "--greet", "--voice", "klingonish")
    assert (done.code, done.out) == (2, "")
    assert "has no voice 'klingonish': see `espeak-ng --voices`" in done.complaint


def test_no_gallery_yet(kith: Kith, place: Path) -> None:
    done = kith("watch", place / "film.mp4", "--headless")
    assert (done.code, done.out) == (2, "")


@pytest.mark.skipif(sys.platform != "linux", reason="other systems always have a screen")
def test_no_screen(spawn: Spawn, film: Path) -> None:
    for unwanted in ("DISPLAY", "WAYLAND_DISPLAY", "SDL_VIDEODRIVER"):
        spawn.environment.pop(unwanted, None)
    done = spawn("watch", film, "--json")
    assert (done.code, done.out) == (2, "")
    assert done.complaint.startswith("there is no screen for a window (")
    assert done.complaint.endswith("add --headless for the events as JSON lines")


def test_nobody_answers(kith: Kith, film: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        address = f"http://ada:secret@127.0.0.1:{listener.getsockname()[1]}/video"
        done = kith("watch", address, "--headless", "--timeout", "0.5")
    assert (done.code, done.out) == (2, "")
    assert "secret" not in done.complaint


# How it ends.


def until(true: Callable[[], object], seconds: float = 30.0) -> bool:
    deadline = time.monotonic() + seconds
    while not true() and time.monotonic() < deadline:
        time.sleep(0.02)
    return bool(true())


class Running:
    """A command that goes on until it is stopped, and what it has said so far."""

    def __init__(self, spawn: Spawn, *arguments: object) -> None:
        self.process = spawn.start("watch", *arguments)
        self.lines: list[str] = []
        self._reading = threading.Thread(target=self._read)
        self._reading.start()

    def _read(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.lines.append(line)

    def says(self, word: str) -> bool:
        return until(lambda: any(word in line for line in self.lines) or self.ended)

    @property
    def ended(self) -> bool:
        return self.process.poll() is not None

    def stop(self, number: int = signal.SIGINT) -> float:
        """Send a signal; return the seconds until the end."""
        began = time.monotonic()
        self.process.send_signal(number)
        self.process.wait(30)
        return time.monotonic() - began

    def finish(self) -> str:
        """Return what stands on stderr."""
        assert self.process.stderr is not None
        err = self.process.stderr.read()
        self._reading.join()
        self.process.stderr.close()
        self.process.stdout.close()  # type: ignore[union-attr]
        return err


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_it_goes_on_until_it_is_stopped(
    spawn: Spawn, film: Path, pictures: list[bytes], number: int
) -> None:
    with Camera(pictures) as camera:
        running = Running(spawn, camera.address, "--headless")
        assert running.says('"recognised"')
        seconds = running.stop(number)
        err = running.finish()
    assert (running.process.returncode, err) == (0, "")
    assert seconds < 2  # well below one on an idle machine
    told = [json.loads(line) for line in running.lines]
    assert [one["state"] for one in told[:2]] == ["connecting", "connected"]
    assert [one["event"] for one in told[-2:]] == ["left", "summary"]
    assert told[-1]["live"]
    assert told[-1]["people"] == ["Ada"]


def test_a_silent_camera_is_left_at_once(spawn: Spawn, film: Path, pictures: list[bytes]) -> None:
    with Camera(pictures) as camera:
        running = Running(spawn, camera.address, "--headless", "--timeout", "60")
        assert running.says('"entered"')
        camera.mood = "stuck"
        time.sleep(0.5)
        seconds = running.stop()
        err = running.finish()
    assert (running.process.returncode, err) == (0, "")
    assert seconds < 2


def test_stopped_before_anybody_answers(spawn: Spawn, film: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        address = f"http://127.0.0.1:{listener.getsockname()[1]}/video"
        running = Running(spawn, address, "--headless", "--timeout", "60")
        listener.settimeout(30)
        connection, _ = listener.accept()
        with connection:
            seconds = running.stop()
            err = running.finish()
    assert (running.process.returncode, err, running.lines) == (0, "", [])
    assert seconds < 2


def test_a_camera_that_comes_back_is_told(spawn: Spawn, film: Path, pictures: list[bytes]) -> None:
    with Camera(pictures) as camera:
        running = Running(spawn, camera.address, "--headless", "--timeout", "1")
        assert running.says('"entered"')
        camera.mood = "stuck"
        assert running.says('"lost"')
        camera.mood = "well"
        assert until(lambda: sum('"connected"' in line for line in running.lines) == 2)
        running.stop()
        assert running.finish() == ""
    assert running.process.returncode == 0


def test_whoever_reads_along_has_seen_enough(spawn: Spawn, film: Path) -> None:
    done = spawn.shell(f"kith watch {film} --headless | head -1")
    assert (done.code, done.err) == (0, "")
    assert done.objects[0]["event"] == "entered"


# In a window.


@pytest.fixture
def screen(spawn: Spawn, tmp_path: Path) -> Iterator[str]:
    """A screen in memory, of which pictures can be taken."""
    pytest.importorskip("pygame")
    if not (shutil.which("Xvfb") and shutil.which("xdotool")):
        pytest.skip("needs Xvfb and xdotool")
    read, write = os.pipe()
    command = ["Xvfb", "-displayfd", str(write), "-screen", "0", "1280x800x24", "-nolisten", "tcp"]
    with subprocess.Popen(
        [*command, "-fbdir", str(tmp_path)], pass_fds=[write], stderr=subprocess.DEVNULL
    ) as server:
        os.close(write)
        with os.fdopen(read) as numbers:
            display = f":{numbers.readline().strip()}"
        spawn.environment["DISPLAY"] = display
        spawn.environment.pop("SDL_VIDEODRIVER", None)
        spawn.environment.pop("WAYLAND_DISPLAY", None)
        yield display
        server.terminate()


def type_key(display: str, key: str) -> None:
    subprocess.run(
        ["xdotool", "key", key], env={**os.environ, "DISPLAY": display}, check=True, timeout=10
    )


def picture_of(folder: Path) -> np.ndarray:
    """What is on the screen, from X's own dump of it: height × width × 3."""
    dump = (folder / "Xvfb_screen0").read_bytes()
    head = np.frombuffer(dump, ">u4", 25)
    size, width, height, row, colours = (int(head[n]) for n in (0, 4, 5, 12, 19))
    rows = np.frombuffer(dump, np.uint8, row * height, size + 12 * colours).reshape(height, row)
    return rows[:, : 4 * width].reshape(height, width, 4)[..., 2::-1]


def test_a_window(
    spawn: Spawn, film: Path, pictures: list[bytes], screen: str, tmp_path: Path
) -> None:
    green, orange = (48, 199, 93), (255, 159, 10)
    with Camera(pictures) as camera:
        running = Running(spawn, camera.address, "--json", "--greet-to", tmp_path / "a.wav")
        assert running.says('"unknown"')

        def drawn() -> bool:
            picture = picture_of(tmp_path)
            return all((picture == colour).all(2).sum() > 500 for colour in (green, orange))

        assert until(drawn)
        assert not running.ended
        began = time.monotonic()
        type_key(screen, "q")
        running.process.wait(30)
        assert time.monotonic() - began < 3
        err = running.finish()
    assert running.process.returncode == 0
    assert "Traceback" not in err
    told = [json.loads(line) for line in running.lines]
    assert told[-1]["event"] == "summary"
    assert {"entered", "recognised", "unknown", "left"} <= {one["event"] for one in told}


def test_a_film_in_a_window_is_played(spawn: Spawn, film: Path, screen: str) -> None:
    began = time.monotonic()
    done = spawn("watch", film)
    assert time.monotonic() - began > 2.8  # at its own pace
    assert (done.code, done.err) == (0, "")
    *told, summary = done.out.splitlines()
    assert any("Ada (0." in line for line in told)
    assert any("somebody unknown" in line for line in told)
    assert summary.startswith("75 frames in ")


def test_who_puts_on_a_mask_that_is_refused() -> None:
    at = datetime(2026, 1, 1, tzinfo=UTC)
    for reason, told in (
        ("mask", "somebody behind a mask, which this gallery refuses"),
        ("nobody similar enough", "somebody unknown: nobody similar enough"),
        (None, "somebody unknown"),
    ):
        assert watch_told._sentence(WatchEvent("unknown", 1.0, at, reason=reason)) == told


def test_a_window_is_stopped_by_ctrl_c(
    spawn: Spawn, film: Path, pictures: list[bytes], screen: str
) -> None:
    with Camera(pictures) as camera:
        running = Running(spawn, camera.address)
        assert running.says("Ada (0.")
        seconds = running.stop()
        assert running.finish() == ""
    assert running.process.returncode == 0
    assert seconds < 2
