"""Speech engines, real ones and such as hang, fail, chatter or are not there."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
import wave
from pathlib import Path

import numpy as np
import pytest

from kith.errors import KithError, OptionError
from kith.live import speech, speech_speaker
from kith.live.greeting import Greeting
from kith.live.speech import Espeak, Pyttsx3, Say, check_voices, find_engine, no_engine
from kith.live.speech_run import run
from kith.live.speech_speaker import Speaker
from kith.live.speech_wav import PAUSE, GreetingFile

WELCOME = "Welcome Ada, have a nice day!"

needs_shell = pytest.mark.skipif(sys.platform == "win32", reason="needs a POSIX shell")


@pytest.fixture(scope="module")
def espeak() -> Espeak:
    program = shutil.which("espeak-ng")
    if program is None:
        pytest.skip("needs espeak-ng")
    return Espeak(program)


@pytest.fixture
def pretend(tmp_path: Path):
    """Make an engine of a shell script."""

    def make(script: str) -> Espeak:
        program = tmp_path / "bin" / "espeak-ng"
        program.parent.mkdir(exist_ok=True)
        program.write_text(f"#!/bin/sh\n{script}\n")
        program.chmod(0o755)
        return Espeak(str(program))

    return make


def sound(path: Path) -> tuple[int, np.ndarray]:
    with wave.open(str(path), "rb") as reader:
        assert (reader.getnchannels(), reader.getsampwidth()) == (1, 2)
        return reader.getframerate(), np.frombuffer(reader.readframes(10**9), "<i2")


def alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return Path(f"/proc/{pid}/stat").read_text().split(")")[1].split()[0] != "Z"


def until(true, seconds: float = 5.0) -> bool:
    deadline = time.monotonic() + seconds
    while not true() and time.monotonic() < deadline:
        time.sleep(0.01)
    return bool(true())


def spoken_by_hand(espeak: Espeak, words: str, voice: str, to: Path) -> np.ndarray:
    command = [espeak.program, "-v", voice, "-s", str(speech.PACE), "-w", str(to), words]
    subprocess.run(command, check=True, timeout=10)
    return sound(to)[1]


# What is heard.


@pytest.mark.parametrize(
    ("text", "voice"), [(WELCOME, "en"), ("Willkommen Zoë, schönen Tag!", "de")]
)
def test_the_words_are_spoken(espeak: Espeak, tmp_path: Path, text: str, voice: str) -> None:
    file = tmp_path / "greeting.wav"
    with Speaker(espeak, aloud=False, file=GreetingFile(file)) as speaker:
        speaker.say(Greeting("Ada", text, voice))
        assert until(file.exists)
    rate, samples = sound(file)
    # As one would hear it who types the words: no letter lost, none read as a command.
    assert np.array_equal(samples, spoken_by_hand(espeak, text, voice, tmp_path / "hand.wav"))
    assert 1.5 < len(samples) / rate < 4
    assert np.abs(samples).max() > 8000
    other = spoken_by_hand(espeak, text.replace("e", "i"), voice, tmp_path / "other.wav")
    assert not np.array_equal(samples, other)


def test_several_greetings_in_one_file(espeak: Espeak, tmp_path: Path) -> None:
    file = tmp_path / "greetings.wav"
    file.write_text("an older file")
    with Speaker(espeak, aloud=False, file=GreetingFile(file)) as speaker:
        for name in ("Ada", "Bo"):
            speaker.say(Greeting(name, f"Hello {name}"))
        speaker.close(wait=10)
    rate, samples = sound(file)
    parts = [
        spoken_by_hand(espeak, f"Hello {name}", "en", tmp_path / f"{name}.wav")
        for name in ("Ada", "Bo")
    ]
    silence = np.zeros(round(PAUSE * rate), np.int16)
    assert np.array_equal(samples, np.concatenate((parts[0], silence, parts[1])))
    assert sorted(path.name for path in tmp_path.iterdir()) == ["Ada.wav", "Bo.wav", file.name]


def test_pyttsx3_in_its_own_process(tmp_path: Path) -> None:
    pytest.importorskip("pyttsx3")
    file = tmp_path / "greeting.wav"
    done = run(Pyttsx3().command("en", file), WELCOME, 30)
    if done.code:
        pytest.skip(f"pyttsx3 finds no speech here: {done.said.splitlines()[-1:]}")
    rate, samples = sound(file)
    assert 1.5 < len(samples) / rate < 5
    assert np.abs(samples).max() > 3000
    unknown = run(Pyttsx3().command("xx-nowhere", file), WELCOME, 30)
    assert (unknown.code, unknown.problem) == (1, "Error: there is no such voice")


def test_voices(espeak: Espeak) -> None:
    check_voices(espeak, [None, "de", "en-us", "de"])
    with pytest.raises(OptionError, match=r"espeak-ng has no voice 'xx'.*espeak-ng --voices"):
        check_voices(espeak, ["de", "xx"])


# How it is called.


@needs_shell
def test_text_comes_through_stdin_and_secrets_stay(pretend, tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setenv("KITH_WEBHOOK_SECRET", "hush")
    engine = pretend(f'cat > {tmp_path}/text; echo "$@" > {tmp_path}/args; env > {tmp_path}/env')
    text = "-w $(touch hacked) Ada; `id` Zoë"
    assert run(engine.command(None, None), text, 5).problem is None
    assert (tmp_path / "text").read_text("utf-8") == text
    assert "Ada" not in (tmp_path / "args").read_text()
    assert "hush" not in (tmp_path / "env").read_text()


def test_arguments_of_each_engine() -> None:
    wav = Path("a.wav")
    assert Espeak("/usr/bin/espeak").command("de", wav)[:3] == ["/usr/bin/espeak", "-v", "de"]
    assert Say("say").command("Anna", None) == ["say", "-v", "Anna", "-r", "150", "-f", "-"]
    assert "--file-format=WAVE" in Say("say").command(None, wav)
    assert Pyttsx3().command("de", wav)[1:] == [
        *("-m", "kith.live.speech_pyttsx3", "--voice", "de", "--to", "a.wav")
    ]


@needs_shell
def test_which_engine_is_found(pretend, tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setattr(sys, "platform", "linux")
    pretend("exit 0")
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    assert find_engine() == Espeak(str(tmp_path / "bin" / "espeak-ng"))
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(speech, "find_spec", lambda _: object())
    assert find_engine() == Pyttsx3()
    monkeypatch.setattr(speech, "find_spec", lambda _: None)
    assert find_engine() is None
    assert "install espeak-ng" in no_engine()


# What goes wrong.


@needs_shell
def test_an_engine_that_hangs_is_killed_with_its_children(pretend, tmp_path: Path) -> None:
    engine = pretend(f"trap '' TERM INT\nsleep 1000 &\necho $! > {tmp_path}/pid\nwait")
    began = time.monotonic()
    done = run(engine.command(None, None), WELCOME, 0.5)
    assert time.monotonic() - began < 2
    assert (done.timed_out, done.code) == (True, None)
    assert done.problem == "it did not end in time and was stopped"
    assert until(lambda: not alive(int((tmp_path / "pid").read_text())))


@needs_shell
def test_a_hanging_engine_holds_nobody_up(pretend, monkeypatch) -> None:
    monkeypatch.setattr(speech_speaker, "LIMIT", 0.3)
    monkeypatch.setattr(speech_speaker, "LIMIT_PER_LETTER", 0.0)
    problems: list[str] = []
    began = time.monotonic()
    with Speaker(pretend("sleep 1000"), on_problem=problems.append) as speaker:
        for _ in range(3):
            speaker.say(Greeting("Ada", WELCOME))
        assert time.monotonic() - began < 0.2
        speaker.close(wait=10)
        assert 0.9 < time.monotonic() - began < 3
    [problem] = problems
    assert problem == (
        "nobody was greeted aloud: espeak-ng: it did not end in time and was stopped"
    )


@needs_shell
def test_closing_does_not_wait_for_the_end_of_a_sentence(pretend, tmp_path: Path) -> None:
    speaker = Speaker(pretend(f"echo $$ > {tmp_path}/pid; exec sleep 1000"))
    speaker.say(Greeting("Ada", WELCOME))
    speaker.say(Greeting("Bo", WELCOME))
    assert until((tmp_path / "pid").exists)
    began = time.monotonic()
    speaker.close()
    speaker.close()
    assert time.monotonic() - began < 1
    assert until(lambda: not alive(int((tmp_path / "pid").read_text())))


@needs_shell
def test_waiting_can_be_ended(pretend) -> None:
    speaker = Speaker(pretend("sleep 1000"))
    speaker.say(Greeting("Ada", WELCOME))
    began = time.monotonic()
    speaker.close(wait=60, stopped=lambda: time.monotonic() - began > 0.2)
    assert time.monotonic() - began < 1.5


@needs_shell
@pytest.mark.parametrize(
    ("script", "problem"),
    [
        ("echo 'no such thing' >&2; exit 3", "no such thing"),
        ("exit 4", "it ended with exit code 4"),
        ("kill -9 $$", "it ended with exit code -9"),
        (
            "echo 'ALSA lib pcm.c: cannot' >&2; echo 'error: No such file' >&2; exit 0",
            "the sound device cannot be opened; is there one, and is it free?",
        ),
        ("echo 'ALSA lib pcm.c: underrun occurred' >&2; exit 0", None),
        ("cat > /dev/null; exit 0", None),
    ],
)
def test_what_an_engine_complains_of(pretend, script: str, problem: str | None) -> None:
    assert run(pretend(script).command(None, None), WELCOME, 5).problem == problem


@needs_shell
def test_an_engine_that_chatters_is_ended(pretend) -> None:
    began = time.monotonic()
    done = run(pretend("while :; do echo error: oh no >&2; done").command(None, None), "", 20)
    assert time.monotonic() - began < 5
    assert len(done.said) <= 65_536
    assert done.problem == "error: oh no"


def test_an_engine_that_is_gone(tmp_path: Path) -> None:
    done = run([str(tmp_path / "espeak-ng")], WELCOME, 5)
    assert done.problem is not None
    assert "it cannot be started: No such file" in done.problem


@needs_shell
def test_voices_of_an_engine_that_hangs(pretend, monkeypatch) -> None:
    monkeypatch.setattr(speech, "_CHECK_LIMIT", 0.2)
    with pytest.raises(KithError, match="does not answer") as failed:
        check_voices(pretend("sleep 1000"), ["de"])
    assert not isinstance(failed.value, OptionError)


@needs_shell
def test_what_comes_too_late_is_not_said(pretend, tmp_path: Path) -> None:
    engine = pretend(f"cat >> {tmp_path}/said; sleep 0.3")
    with Speaker(engine, stale=0.2) as speaker:
        speaker.say(Greeting("Ada", "Ada "))
        speaker.say(Greeting("Bo", "Bo "))
        speaker.close(wait=5)
    assert (tmp_path / "said").read_text() == "Ada "


@needs_shell
def test_a_crowd(pretend) -> None:
    problems: list[str] = []
    with Speaker(pretend("sleep 1000"), on_problem=problems.append) as speaker:
        for number in range(50):
            speaker.say(Greeting(str(number), WELCOME))
    [problem] = problems
    assert "too many people at once" in problem


# The file.


@needs_shell
@pytest.mark.parametrize("script", ["exit 0", "cat > $8", "printf RIFF > $8"])
def test_an_engine_that_writes_no_sound(pretend, tmp_path: Path, script: str) -> None:
    engine, problems = pretend(script), []
    assert engine.command(None, Path("x.wav"))[8] == "x.wav"
    file = tmp_path / "greeting.wav"
    with Speaker(
        engine, aloud=False, file=GreetingFile(file), on_problem=problems.append
    ) as speaker:
        speaker.say(Greeting("Ada", WELCOME))
        speaker.close(wait=5)
    assert problems == ["nobody was greeted aloud: the speech engine wrote no sound"]
    assert not file.exists()


@pytest.mark.parametrize(
    ("name", "complaint"),
    [("greeting.mp3", "ends in .wav"), ("nowhere/a.wav", "in a folder that"), ("a.wav", "folder")],
)
def test_no_place_for_the_file(tmp_path: Path, name: str, complaint: str) -> None:
    (tmp_path / "a.wav").mkdir()
    with pytest.raises(OptionError, match=complaint):
        GreetingFile(tmp_path / name)


def write_wav(path: Path, seconds: float, rate: int = 8000) -> Path:
    with wave.open(str(path), "wb") as writer:
        writer.setnchannels(1)
        writer.setsampwidth(2)
        writer.setframerate(rate)
        writer.writeframes(bytes(2 * round(seconds * rate)))
    return path


def test_a_file_has_an_end(tmp_path: Path) -> None:
    file = GreetingFile(tmp_path / "greetings.wav")
    long = write_wav(tmp_path / "long.wav", 400)
    file.add(long)
    with pytest.raises(KithError, match="the file is full, of 600 s"):
        file.add(long)
    file.add(write_wav(tmp_path / "short.wav", 1))
    assert len(sound(file.path)[1]) == (400 + PAUSE + 1) * 8000
    with pytest.raises(KithError, match="another kind of sound"):
        file.add(write_wav(tmp_path / "other.wav", 1, rate=16000))
