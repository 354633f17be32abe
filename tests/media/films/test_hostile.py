"""Films that are damaged, cut off, or made to do harm."""

from __future__ import annotations

import os
import struct
import subprocess
import sys
import wave
from fractions import Fraction
from itertools import pairwise
from typing import TYPE_CHECKING

import av
import numpy as np
import pytest
from PIL import Image

from kith.errors import FilmUnreadable, PhotoError, PhotoNotFound, PhotoTooLarge
from kith.media.films import container, open_film

from .clips import SIZE, film, number_of, picture

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

posix = pytest.mark.skipif(sys.platform == "win32", reason="needs POSIX files")
STEADY = {"g": "10", "keyint_min": "10", "sc_threshold": "0"}


def numbers(path: Path) -> tuple[list[int], str | None]:
    with open_film(path) as opened:
        return [number_of(frame.pixels) for frame in opened.frames()], opened.problem


@pytest.mark.parametrize(
    ("suffix", "muxing"),
    [
        (".mp4", {"movflags": "faststart"}),
        (".mp4", {"movflags": "frag_keyframe+empty_moov"}),
        (".mkv", {}),
        (".ts", {}),
        (".avi", {}),
    ],
)
def test_what_is_left_of_a_film_that_was_cut_off_counts(tmp_path, suffix, muxing):
    whole = film(tmp_path / f"a{suffix}", 200, muxing=muxing, options=STEADY, tone="libmp3lame")
    data = whole.read_bytes()
    half = tmp_path / f"half{suffix}"
    half.write_bytes(data[: len(data) // 2])
    seen, problem = numbers(half)
    assert 20 < len(seen) < 190
    assert seen[:-3] == list(range(len(seen)))[:-3]
    if suffix not in (".ts", ".avi") and "frag" not in str(muxing):  # these do not know their end
        assert problem.endswith("of 8.0 seconds: it is cut off")
    assert numbers(whole) == ([n % 256 for n in range(200)], None)


def test_an_mp4_without_its_index_says_so(tmp_path):
    path = film(tmp_path / "a.mp4", 50)
    data = path.read_bytes()
    path.write_bytes(data[:-200])
    with pytest.raises(FilmUnreadable, match="is cut off: a part of its index is missing"):
        open_film(path)
    path.write_bytes(data[: data.index(b"moov") - 10])
    with pytest.raises(FilmUnreadable, match="is cut off or damaged: its index is missing"):
        open_film(path)


def damaged(path: Path, hits: Iterable[int]) -> Path:
    """Overwrite the middle of some of a film's packets."""
    with av.open(str(path)) as opened:
        places = [(p.pos, p.size) for p in opened.demux(video=0) if p.size]
    data = bytearray(path.read_bytes())
    for hit in hits:
        pos, size = places[hit]
        data[pos + size // 3 : pos + size - 4] = b"\xa5" * (size - 4 - size // 3)
    path.write_bytes(data)
    return path


@pytest.mark.parametrize(("suffix", "codec"), [(".mp4", "libx264"), (".mkv", "libx265")])
def test_damage_on_the_way_is_passed_over(tmp_path, suffix, codec):
    path = film(tmp_path / f"a{suffix}", 100, codec=codec, options=STEADY, noise=True)
    damaged(path, (15, 40, 41, 42, 77))
    with open_film(path) as opened:
        frames = list(opened.frames())
        assert opened.problem is None
    assert 85 <= len(frames) <= 100
    right = [number_of(f.pixels) == round(f.time * 25) for f in frames]
    assert all(right[:14])
    assert all(right[-15:])  # from the next key frame on, all is well again
    assert all(a.time < b.time for a, b in pairwise(frames))


def test_a_film_that_is_nothing_but_damage(tmp_path):
    path = damaged(film(tmp_path / "a.webm", 600, codec="libvpx-vp9"), range(1, 600))
    with open_film(path) as opened:
        frames = list(opened.frames())
        assert opened.skipped >= 300
        assert opened.problem == "is damaged: 300 packets in a row cannot be decoded"
    assert 1 <= len(frames) < 300


@pytest.mark.parametrize("data", [b"", b"\0" * 5000, b"not a film\n" * 500, bytes(range(256)) * 50])
def test_no_film_at_all(tmp_path, data):
    path = tmp_path / "a.mp4"
    path.write_bytes(data)
    with pytest.raises(FilmUnreadable, match="is empty" if not data else "no film") as raised:
        open_film(path)
    assert "\n" not in str(raised.value)


def test_a_photo_is_no_film(tmp_path):
    Image.fromarray(picture(1)).save(tmp_path / "a.png")
    with pytest.raises(FilmUnreadable):
        open_film(tmp_path / "a.png")


def test_sound_alone(tmp_path):
    with wave.open(str(tmp_path / "a.wav"), "wb") as file:
        file.setparams((1, 2, 8000, 0, "NONE", ""))
        file.writeframes(b"\0\1" * 8000)
    with av.open(str(tmp_path / "a.mp4"), "w") as out:
        sound = out.add_stream("aac", 44_100)
        frame = av.AudioFrame.from_ndarray(np.zeros((1, 1024), np.float32), "fltp", "mono")
        frame.sample_rate, frame.pts = 44_100, 0
        out.mux(sound.encode(frame))
        out.mux(sound.encode())
    with pytest.raises(FilmUnreadable, match="holds only sound; name a film with moving pictures"):
        open_film(tmp_path / "a.mp4")
    with pytest.raises(FilmUnreadable):
        open_film(tmp_path / "a.wav")


def test_a_cover_is_not_the_film(tmp_path):
    Image.fromarray(picture(1)).save(tmp_path / "cover.png")
    with av.open(str(tmp_path / "a.mkv"), "w") as out:
        sound = out.add_stream("aac", 44_100)
        out.add_attachment("cover.png", "image/png", (tmp_path / "cover.png").read_bytes())
        frame = av.AudioFrame.from_ndarray(np.zeros((1, 1024), np.float32), "fltp", "mono")
        frame.sample_rate, frame.pts = 44_100, 0
        out.mux(sound.encode(frame))
        out.mux(sound.encode())
    with pytest.raises(FilmUnreadable, match="holds only sound"):
        open_film(tmp_path / "a.mkv")


def test_a_film_without_frames(tmp_path):
    path = film(tmp_path / "a.mp4", 30)
    data = path.read_bytes()
    begin = data.index(b"mdat") + 4
    path.write_bytes(
        data[:begin] + bytes(data.index(b"moov") - 4 - begin) + data[data.index(b"moov") - 4 :]
    )
    with pytest.raises(FilmUnreadable) as raised:
        open_film(path)
    assert "\n" not in str(raised.value)


def test_a_film_of_a_header_alone(tmp_path):
    path = tmp_path / "a.mkv"
    with av.open(str(path), "w") as writer:
        stream = writer.add_stream("libx264", 25)
        stream.width, stream.height, stream.pix_fmt = 64, 48, "yuv420p"
        writer.start_encoding()
    with pytest.raises(FilmUnreadable, match="ends before its first frame"):
        open_film(path)


def test_a_slow_film_is_not_cut_off(tmp_path):
    """Its last frame is shown for as long as the others, which is most of the film."""
    path = film(tmp_path / "a.mp4", 4, rate=Fraction(1, 1000))
    assert numbers(path) == ([0, 1, 2, 3], None)


def claimed(path: Path, width: int, height: int) -> Path:
    """Write an AVI of one tiny JPEG whose headers claim another size."""
    data = bytearray(film(path, 3, codec="mjpeg", pix_fmt="yuvj420p").read_bytes())
    for size in (struct.pack("<II", *SIZE), struct.pack(">HH", *SIZE[::-1])):
        other = (
            struct.pack("<II", width, height)
            if len(size) == 8
            else struct.pack(">HH", height, width)
        )
        data = data.replace(size, other)
    path.write_bytes(data)
    return path


def test_absurd_sizes_are_refused_before_decoding(tmp_path):
    path = claimed(tmp_path / "a.avi", 60_000, 50_000)
    with pytest.raises(PhotoError) as raised:
        open_film(path)
    assert "\n" not in str(raised.value)


def test_the_limit(tmp_path, monkeypatch):
    path = film(tmp_path / "a.mp4", 3)
    monkeypatch.setattr(container, "MAX_PIXELS", SIZE[0] * SIZE[1])
    with open_film(path) as opened:
        assert len(list(opened.frames())) == 3
    monkeypatch.setattr(container, "MAX_PIXELS", SIZE[0] * SIZE[1] - 1)
    with pytest.raises(PhotoTooLarge, match="160 × 96 pixels, over the limit of 15,359"):
        open_film(path)


def joined(path: Path, *sizes: tuple[int, int]) -> Path:
    """A film whose size changes: parts of MPEG-TS, one after the other."""
    parts = [film(path.with_name(f"{n}.ts"), 20, size=size) for n, size in enumerate(sizes)]
    path.write_bytes(b"".join(part.read_bytes() for part in parts))
    return path


def test_a_size_that_changes_midway(tmp_path):
    path = joined(tmp_path / "a.ts", (160, 96), (320, 192), (96, 160))
    with open_film(path) as opened:
        frames = list(opened.frames())
        assert (opened.info.width, opened.info.height) == (160, 96)
    assert len(frames) >= 55
    assert {frame.pixels.shape for frame in frames} == {(96, 160, 3)}
    assert {frame.reduced(80).shape for frame in frames} == {(48, 80, 3)}
    assert [number_of(frame.pixels) for frame in frames[22:38]] == list(range(2, 18))
    upright = frames[-1].pixels  # 58 × 96 in the middle, between black bars
    assert upright[:, :48].max() == upright[:, 112:].max() == 0
    assert number_of(upright[:, 51:109]) == 19
    assert all(a.time < b.time for a, b in pairwise(frames))
    assert frames[-1].time < 3.0  # the times of the parts overlap; they go on all the same


def test_a_size_that_becomes_absurd_midway(tmp_path, monkeypatch):
    path = joined(tmp_path / "a.ts", (160, 96), (640, 480))
    monkeypatch.setattr(container, "MAX_PIXELS", 320 * 240)
    with open_film(path) as opened:
        frames = list(opened.frames())
        assert opened.skipped > 0
    assert 15 <= len(frames) <= 21


@pytest.mark.parametrize(
    "text",
    [
        "#EXTM3U\n#EXT-X-TARGETDURATION:9\n#EXTINF:9,\n{}\n#EXT-X-ENDLIST\n",
        "ffconcat version 1.0\nfile {}\n",
        "v=0\no=- 0 0 IN IP4 127.0.0.1\ns=x\nc=IN IP4 127.0.0.1\nt=0 0\nm=video 5004 RTP/AVP 96\n",
        '<?xml version="1.0"?><MPD><Period><BaseURL>{}</BaseURL></Period></MPD>',
        "<?xml?><SmoothStreamingMedia><!-- {} --></SmoothStreamingMedia>",
    ],
)
@pytest.mark.parametrize("suffix", [".mp4", ".m3u8", ".txt"])
def test_playlists_open_nothing(tmp_path, text, suffix):
    path = tmp_path / f"list{suffix}"
    path.write_text(text.format(film(tmp_path / "other.mp4", 3)))
    with pytest.raises(FilmUnreadable, match="no film"):
        open_film(path)


@posix
@pytest.mark.parametrize(
    "name", ["http:x.mp4", "concat:a.mp4|b.mp4", "pipe:0", "a%03d.mp4", "é\udcff.mp4"]
)
def test_names_that_mean_something_to_ffmpeg(tmp_path, monkeypatch, name):
    monkeypatch.chdir(tmp_path)
    film(tmp_path / "plain.mp4", 5).rename(name)
    with open_film(name) as opened:
        assert len(list(opened.frames())) == 5


@posix
def test_what_is_no_regular_file(tmp_path):
    os.mkfifo(tmp_path / "pipe.mp4")
    with pytest.raises(FilmUnreadable, match="is a pipe, socket or device"):
        open_film(tmp_path / "pipe.mp4")
    with pytest.raises(FilmUnreadable, match="is a folder; name the films in it"):
        open_film(tmp_path)
    with pytest.raises(PhotoNotFound):
        open_film(tmp_path / "nothing.mp4")
    with pytest.raises(PhotoNotFound):
        open_film("nul\0.mp4")


def test_a_file_that_goes_away_between_two_readings(tmp_path):
    path = film(tmp_path / "a.mp4", 5)
    with open_film(path) as opened:
        path.unlink()
        with pytest.raises(PhotoNotFound):
            list(opened.frames())


@pytest.mark.parametrize("suffix", [".mkv", ".mp4"])
def test_strange_words_in_the_file(tmp_path, suffix):
    path = film(tmp_path / f"a{suffix}", 5, title="\x1b[2J XXXXXX")
    assert path.read_bytes().count(b"XXXXXX") == 1
    path.write_bytes(path.read_bytes().replace(b"XXXXXX", b"\xff\xfe\xfd\xfc\xfb\xfa"))
    assert numbers(path) == ([0, 1, 2, 3, 4], None)


def test_times_that_jump(tmp_path):
    for name, times in {
        "leap.mkv": [0, 0.04, 500_000, 500_000.04, 500_000.08],
        "gap.mkv": [0, 0.04, 3600, 3600.04],
    }.items():
        with open_film(film(tmp_path / name, len(times), times=times)) as opened:
            seen = [frame.time for frame in opened.frames()]
        expected = [0, 0.04, 0.08, 0.12, 0.16] if name == "leap.mkv" else times
        assert seen == pytest.approx(expected, abs=2e-3)


def test_an_absurd_rate_is_not_believed(tmp_path):
    path = film(tmp_path / "a.avi", 5, codec="mjpeg", pix_fmt="yuvj420p")
    data = path.read_bytes()
    begin = data.index(b"vidsmjpg") if b"vidsmjpg" in data else data.index(b"vids")
    scale = begin + 20
    path.write_bytes(data[:scale] + struct.pack("<II", 1, 10_000_000) + data[scale + 8 :])
    with open_film(path) as opened:
        assert opened.info.rate is None or opened.info.rate <= 1000
        times = [frame.time for frame in opened.frames()]
    assert all(a < b for a, b in pairwise(times))


def test_interlaced(tmp_path):
    path = film(
        tmp_path / "a.mpg",
        10,
        codec="mpeg2video",
        options={"flags": "+ilme+ildct"},
        size=(352, 288),
    )
    assert numbers(path)[0] == list(range(10))


FUZZ = """
import sys
from kith.errors import PhotoError
from kith.media.films import open_film
for path in sys.argv[1:]:
    try:
        with open_film(path) as film:
            for frame in film.frames():
                frame.reduced(64)
    except PhotoError as error:
        assert "\\n" not in str(error)
"""


def test_random_damage_never_kills(tmp_path):
    """In a process of its own, because a crash of the decoder would end this one."""
    random = np.random.default_rng(1)
    paths = []
    for suffix, codec in ((".mp4", "libx264"), (".mkv", "libvpx-vp9"), (".avi", "mpeg4")):
        data = film(tmp_path / f"a{suffix}", 12, codec=codec, tone="libmp3lame").read_bytes()
        for number in range(12):
            bad = bytearray(data)
            for place in random.integers(0, len(bad), 1 + number * 3):
                bad[place] = random.integers(256)
            path = tmp_path / f"{number}{suffix}"
            path.write_bytes(bad)
            paths.append(str(path))
    done = subprocess.run(
        [sys.executable, "-c", FUZZ, *paths],
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert (done.returncode, done.stderr) == (0, "")


def test_half_pixels_of_an_absurd_shape_are_taken_for_square(tmp_path):
    path = film(tmp_path / "a.mp4", 3, aspect=Fraction(60, 1))
    with open_film(path) as opened:
        assert (opened.info.width, opened.info.height) == SIZE
