from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from PIL import Image

from kith.errors import FilmUnreadable, NoPhotos, OptionError, PhotoNotFound
from kith.media.films import open_source, parse_source

from .clips import film, number_of, picture

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return film(tmp_path_factory.mktemp("clip") / "clip.mp4", 30)


@pytest.fixture
def frames(tmp_path: Path) -> Path:
    """Ten frames, the fourth damaged; and what does not belong to them."""
    folder = tmp_path / "frames"
    (folder / "deeper").mkdir(parents=True)
    for number in range(10):
        Image.fromarray(picture(number)).save(folder / f"{number:04}.png")
    (folder / "0003.png").write_bytes(b"\x89PNG and no more")
    (folder / "notes.txt").touch()
    Image.fromarray(picture(99)).save(folder / "deeper" / "0000.png")
    return folder


def test_a_film(clip):
    with open_source(clip, every=10) as source:
        assert not source.live
        assert source.name == str(clip)
        assert source.film.info.codec == "h264"
        assert [number_of(frame.pixels) for frame in source.frames()] == [0, 10, 20]
        assert (source.dropped, source.skipped, source.problem) == (0, 0, None)
    with open_source(parse_source(clip), per_second=5) as source:
        assert [frame.index for frame in source.frames()] == [0, 5, 10, 15, 20, 25]


def test_a_film_that_is_cut_off_tells_why(clip, tmp_path):
    film(tmp_path / "long.mkv", 200)
    data = (tmp_path / "long.mkv").read_bytes()
    (tmp_path / "cut.mkv").write_bytes(data[: len(data) // 2])
    with open_source(tmp_path / "cut.mkv") as source:
        assert len(list(source.frames())) < 190
        assert source.problem.endswith("it is cut off")


def test_a_folder_of_frames(frames):
    with open_source(frames) as source:
        assert not source.live
        seen = [(number_of(f.pixels), f.index, f.time) for f in source.frames()]
        assert source.skipped == 1
        assert len(list(source.frames())) == 9
        assert source.skipped == 1
    expected = [0, 1, 2, 4, 5, 6, 7, 8, 9]
    assert seen == [(n, n, pytest.approx(n / 25)) for n in expected]


def test_the_rate_of_a_folder(frames):
    with open_source(frames, per_second=2, every=4) as source:
        assert [(f.index, f.time) for f in source.frames()] == [(0, 0.0), (4, 2.0), (8, 4.0)]


def test_closing_ends_a_folder(frames):
    source = open_source(frames)
    left = source.frames()
    next(left)
    source.close()
    source.close()
    assert list(left) == []


def test_what_cannot_be_opened(tmp_path):
    (tmp_path / "empty").mkdir()
    with pytest.raises(NoPhotos, match="there is no photo in"):
        open_source(tmp_path / "empty")
    with pytest.raises(PhotoNotFound):
        open_source(tmp_path / "nothing")
    (tmp_path / "a.mp4").write_bytes(b"junk" * 99)
    with pytest.raises(FilmUnreadable):
        open_source(str(tmp_path / "a.mp4"))
    for options in ({"every": 0}, {"per_second": 0.0}, {"timeout": 0.0}):
        with pytest.raises(OptionError):
            open_source(tmp_path / "a.mp4", **options)
