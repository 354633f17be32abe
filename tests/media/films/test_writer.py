from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

import av
import numpy as np
import pytest

from kith.errors import FilmUnreadable, KithError, OptionError, OutputError
from kith.media.films import FilmWriter, open_film

from .clips import SIZE, film, number_of, picture

if TYPE_CHECKING:
    from pathlib import Path

RATE = 44_100


def write(path: Path, times: list[float], **options: object) -> Path:
    with FilmWriter(path, *SIZE, 25, **options) as writer:
        for number, time in enumerate(times):
            writer.write(picture(number), time)
        assert writer.frames == len(times)
    return path


def evenly(count: int, start: float = 0.0) -> list[float]:
    return [start + number / 25 for number in range(count)]


def samples(path: Path) -> tuple[np.ndarray, float, str]:
    """Return a film's sound, the second it starts at, and its coding."""
    with av.open(str(path)) as container:
        stream = container.streams.audio[0]
        frames = list(container.decode(stream))
        waves = np.concatenate([frame.to_ndarray().mean(0) for frame in frames])
        return waves, frames[0].time, stream.codec.canonical_name


def pitch(waves: np.ndarray) -> float:
    return np.abs(np.fft.rfft(waves)).argmax() * RATE / len(waves)


def test_what_is_written_is_read_back(tmp_path):
    path = write(tmp_path / "new/a.mp4", evenly(60))
    with open_film(path) as opened:
        frames = list(opened.frames())
        assert opened.info.codec == "h264"
        assert opened.info.duration == pytest.approx(60 / 25, abs=1e-3)
        assert not opened.info.audio
    assert [number_of(frame.pixels) for frame in frames] == list(range(60))
    assert [frame.time for frame in frames] == pytest.approx(evenly(60), abs=1e-4)
    assert [p.name for p in path.parent.iterdir()] == ["a.mp4"]


def test_uneven_times_are_kept(tmp_path):
    times = [0, 0.01, 0.6, 2.0, 2.001, 7.25]
    with open_film(write(tmp_path / "a.mp4", times)) as opened:
        assert [frame.time for frame in opened.frames()] == pytest.approx(times, abs=1e-4)


def test_times_that_do_not_rise_are_made_to(tmp_path):
    with open_film(write(tmp_path / "a.mp4", [0, 0.2, 0.2, 0.1, 0.4])) as opened:
        frames = list(opened.frames())
    assert [number_of(frame.pixels) for frame in frames] == [0, 1, 2, 3, 4]
    assert frames[-1].time == pytest.approx(0.4, abs=1e-3)


def test_it_can_be_streamed(tmp_path):
    data = write(tmp_path / "a.mp4", evenly(10)).read_bytes()
    assert data.index(b"moov") < data.index(b"mdat")


@pytest.mark.parametrize("size", [(160, 96), (1280, 720)])
def test_colours(tmp_path, size):
    colours = [(255, 0, 0), (0, 255, 0), (0, 0, 255), (200, 150, 120), (255, 255, 255), (0, 0, 0)]
    pixels = np.zeros((size[1], size[0], 3), np.uint8)
    middles = [round((n + 0.5) * size[0] / len(colours)) for n in range(len(colours))]
    for middle, colour in zip(middles, colours, strict=True):
        pixels[:, middle - 10 : middle + 10] = colour
    with FilmWriter(tmp_path / "a.mp4", *size, 25) as writer:
        for time in evenly(3):
            writer.write(pixels, time)
    with open_film(tmp_path / "a.mp4") as opened:
        shown = next(opened.frames()).pixels[size[1] // 2, middles]
    assert np.abs(shown.astype(int) - colours).max() <= 6


def test_odd_sizes_get_a_row_and_a_column(tmp_path):
    with FilmWriter(tmp_path / "a.mp4", 161, 97, 25) as writer:
        for number, time in enumerate(evenly(5)):
            writer.write(picture(number, (161, 97)), time)
    with open_film(tmp_path / "a.mp4") as opened:
        frames = list(opened.frames())
    assert frames[0].pixels.shape == (98, 162, 3)
    assert [number_of(frame.pixels[:97, :161]) for frame in frames] == [0, 1, 2, 3, 4]


@pytest.mark.parametrize(
    ("suffix", "coding", "becomes"),
    [
        (".mp4", "aac", "aac"),
        (".mkv", "libmp3lame", "mp3"),
        (".mkv", "libopus", "aac"),
        (".avi", "pcm_s16le", "aac"),
    ],
)
def test_sound_comes_along(tmp_path, suffix, coding, becomes):
    source = film(tmp_path / f"in{suffix}", 75, tone=coding)
    path = write(tmp_path / "out.mp4", evenly(75), audio_from=source)
    waves, start, name = samples(path)
    assert name == becomes
    assert abs(start) < 0.05
    with av.open(str(path)) as container:
        rate = container.streams.audio[0].codec_context.sample_rate
    assert len(waves) / rate == pytest.approx(3.0, abs=0.1)
    assert pitch(waves) * rate / RATE == pytest.approx(440, abs=2)


def test_copied_sound_is_the_same_sound(tmp_path):
    source = film(tmp_path / "in.mp4", 50, tone="aac")
    path = write(tmp_path / "out.mp4", evenly(50), audio_from=source)
    assert np.array_equal(samples(path)[0], samples(source)[0])


@pytest.mark.parametrize("coding", ["aac", "libopus"])
def test_sound_of_a_part(tmp_path, coding):
    source = film(tmp_path / "in.mkv", 100, tone=coding, sweep=True)
    part = write(tmp_path / "out.mp4", evenly(25, start=2.0), audio_from=source, start=2.0, end=3.0)
    waves, start, _ = samples(part)
    with av.open(str(part)) as container:
        rate = container.streams.audio[0].codec_context.sample_rate
    assert len(waves) / rate == pytest.approx(1.0, abs=0.1)
    # The tone climbs by 100 Hz a second: around second 2.5 of the source it is at 690 Hz.
    middle = waves[round((0.4 - start) * rate) : round((0.6 - start) * rate)]
    assert np.abs(np.fft.rfft(middle)).argmax() / 0.2 == pytest.approx(690, abs=12)
    with open_film(part) as opened:
        assert next(opened.frames()).time == pytest.approx(0.0, abs=0.05)


def test_sound_that_changes_midway_is_left_out_from_there(tmp_path):
    parts = [film(tmp_path / f"{n}.ts", 25, tone="mp2", rates=r) for n, r in enumerate((44, 48))]
    source = tmp_path / "in.ts"
    source.write_bytes(b"".join(part.read_bytes() for part in parts))
    waves, _, name = samples(write(tmp_path / "out.mp4", evenly(50), audio_from=source))
    assert name == "aac"
    assert len(waves) / RATE >= 0.9
    assert pitch(waves[4000:40_000]) == pytest.approx(440, abs=3)


def test_a_silent_film_stays_silent(tmp_path):
    source = film(tmp_path / "in.mp4", 10)
    with open_film(write(tmp_path / "out.mp4", evenly(10), audio_from=source)) as opened:
        assert not opened.info.audio


@pytest.mark.parametrize("error", [RuntimeError, KeyboardInterrupt])
def test_on_an_error_what_stood_there_stays(tmp_path, error):
    path = tmp_path / "a.mp4"
    path.write_bytes(b"before")
    source = film(tmp_path / "in.mkv", 50, tone="aac")
    with pytest.raises(error), FilmWriter(path, *SIZE, 25, audio_from=source) as writer:  # noqa: PT012
        for number, time in enumerate(evenly(40)):
            writer.write(picture(number), time)
        raise error
    assert path.read_bytes() == b"before"
    assert sorted(p.name for p in tmp_path.iterdir()) == ["a.mp4", "in.mkv"]


def test_no_frame_no_film(tmp_path):
    with (
        pytest.raises(OutputError, match="no frame was written"),
        FilmWriter(tmp_path / "a.mp4", *SIZE, 25),
    ):
        pass
    assert list(tmp_path.iterdir()) == []


def test_after_closing(tmp_path):
    writer = FilmWriter(tmp_path / "a.mp4", *SIZE, 25)
    writer.write(picture(1), 0)
    writer.close()
    writer.close()
    writer.abort()
    with pytest.raises(OutputError, match="already closed"):
        writer.write(picture(2), 1)
    with open_film(tmp_path / "a.mp4") as opened:
        assert len(list(opened.frames())) == 1


FULL = """
import resource, sys
import numpy as np
from kith.errors import OutputError
from kith.media.films import FilmWriter
resource.setrlimit(resource.RLIMIT_FSIZE, (400_000, 400_000))
random = np.random.default_rng(0)
try:
    with FilmWriter(sys.argv[1], 320, 240, 25) as writer:
        for number in range(int(sys.argv[2])):
            writer.write(random.integers(0, 255, (240, 320, 3), np.uint8), number / 25)
except OutputError as error:
    sys.exit(f"told: {error}")
"""


@pytest.mark.skipif(sys.platform == "win32", reason="needs POSIX limits")
@pytest.mark.parametrize("count", [3, 12, 60])
def test_a_disk_that_takes_no_more(tmp_path, count):
    done = subprocess.run(
        [sys.executable, "-c", FULL, str(tmp_path / "a.mp4"), str(count)],
        capture_output=True,
        text=True,
        check=False,
    )
    if count == 3:
        assert done.returncode == 0, done.stderr
        return
    assert done.stderr.strip().startswith("told: ")
    assert "takes no file this large" in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("name", "size", "rate", "words"),
    [
        ("a.avi", SIZE, 25, r"ends in \.mp4"),
        ("a", SIZE, 25, r"ends in \.mp4"),
        ("a.mp4", (1, 10), 25, "1 × 10 pixels cannot be written"),
        ("a.mp4", (400_000, 400_000), 25, "cannot be written"),
        ("a.mp4", SIZE, 0, "the rate is 0"),
        ("a.mp4", SIZE, float("nan"), "the rate is nan"),
    ],
)
def test_options_out_of_range(tmp_path, name, size, rate, words):
    with pytest.raises(OptionError, match=words):
        FilmWriter(tmp_path / name, *size, rate)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("wrong", [np.zeros((96, 150, 3), np.uint8), np.zeros((96, 160, 3), float)])
def test_a_frame_of_another_kind(tmp_path, wrong):
    with (
        pytest.raises(OptionError, match="it must be 96 × 160 × 3, uint8"),
        FilmWriter(tmp_path / "a.mp4", *SIZE, 25) as writer,
    ):
        writer.write(wrong, 0)
    assert list(tmp_path.iterdir()) == []


def test_places_that_cannot_be_written(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(KithError, match="a file stands where a folder is needed"):
        FilmWriter(tmp_path / "file/a.mp4", *SIZE, 25)
    (tmp_path / "a.mp4").mkdir()
    with pytest.raises(OutputError, match="there is a folder of this name"):
        write(tmp_path / "a.mp4", evenly(3))
    assert sorted(p.name for p in tmp_path.iterdir()) == ["a.mp4", "file"]


def test_sound_from_what_is_no_film(tmp_path):
    (tmp_path / "in.mp4").write_bytes(b"junk" * 1000)
    with pytest.raises(FilmUnreadable):
        FilmWriter(tmp_path / "a.mp4", *SIZE, 25, audio_from=tmp_path / "in.mp4")
    assert [p.name for p in tmp_path.iterdir()] == ["in.mp4"]
