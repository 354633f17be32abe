from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from typer.testing import CliRunner

from kith.cli.gallery import app
from kith.errors import GalleryError, OptionError, PersonExists, UnknownPerson
from kith.gallery.location import default_path
from kith.gallery.records import NewPhoto
from kith.gallery.store import GalleryStore

from .people import CONTRACT, digest, face, lookalikes, photo, photos_of, random_units
from .pictures import seen

if TYPE_CHECKING:
    from pathlib import Path

    from click.testing import Result


@pytest.fixture
def known(path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("KITH_GALLERY", str(path))
    monkeypatch.setenv("COLUMNS", "120")
    with GalleryStore.open(path, create=True) as store:
        store.add("Ada [bold]", [*photos_of(1, 5), photo(9, source="stranger.jpg")], CONTRACT)
        store.add("Bo", photos_of(2, 2), CONTRACT)
    return path


def kith(*arguments: object, answer: str | None = None) -> Result:
    return CliRunner().invoke(app, [str(a) for a in arguments], input=answer)


def fine(*arguments: object) -> Result:
    result = kith(*arguments)
    assert result.exit_code == 0, (result.output, result.exception)
    assert result.stderr == ""
    return result


def objects(*arguments: object) -> list[dict[str, Any]]:
    return [json.loads(line) for line in fine(*arguments, "--json").stdout.splitlines()]


def test_masks(known: Path) -> None:
    assert fine("masks").stdout == "masks are allowed\n"
    assert objects("masks") == [{"no_mask": False}]
    assert "refused" in fine("masks", "--refuse").stdout
    assert fine("masks", "--quiet").stdout == ""
    assert objects("masks") == objects("masks", "--refuse") == [{"no_mask": True}]
    assert objects("masks", "--allow") == [{"no_mask": False}]
    result = kith("masks", "--allow", "--refuse")
    assert isinstance(result.exception, OptionError)
    assert "not both" in str(result.exception)


def test_list(known: Path) -> None:
    text = fine("list").stdout
    assert "Ada [bold]" in text
    ada, bo = objects("list")
    assert (ada["name"], ada["photos"], ada["faces"], ada["outliers"]) == ("Ada [bold]", 6, 6, 1)
    assert (bo["name"], bo["photos"]) == ("Bo", 2)
    assert set(bo) == {"name", "photos", "faces", "outliers", "created", "thumbnail"}
    assert not bo["thumbnail"]


def test_show(known: Path) -> None:
    text = fine("show", "Ada [bold]").stdout
    assert text.count("left out: too unlike the others") == 1
    (ada,) = objects("show", "Ada [bold]")
    assert len(ada["photos"]) == 6
    assert ada["photos"][-1]["digest"] == digest(9)
    (seen,) = ada["photos"][-1]["faces"]
    assert set(seen) == {"box", "score", "quality", "similarity", "outlier", "mask"}
    assert seen["outlier"]
    assert len(seen["box"]) == 4


def test_show_a_film(known: Path) -> None:
    faces = tuple(map(face, [*lookalikes(7, 4, 0.9), random_units(70, 1)[0]]))
    with GalleryStore.open(known) as store:
        store.add("Cy", [NewPhoto(digest("film"), "clip.mp4", faces), *photos_of(8, 2)], CONTRACT)
    [line] = [line for line in fine("show", "Cy").stdout.splitlines() if "clip.mp4" in line]
    assert "–" in line
    assert "5 faces" in line
    [film, *_] = objects("show", "Cy")[0]["photos"]
    assert len(film["faces"]) == 5


def test_rename(known: Path) -> None:
    assert fine("rename", "Bo", " Bob ").stdout == "Bo is Bob now\n"
    assert objects("rename", "Bob", "Robert") == [{"name": "Robert", "was": "Bob"}]
    assert fine("rename", "Robert", "Rob", "--quiet").output == ""
    assert isinstance(kith("rename", "Rob", "Ada [bold]").exception, PersonExists)


def test_merge(known: Path) -> None:
    (result,) = objects("merge", "Bo", "Ada [bold]", "--yes")
    assert result == {"name": "Bo", "merged": "Ada [bold]", "photos": 6, "duplicates": 0}
    assert [person["name"] for person in objects("list")] == ["Bo"]


def test_forget(known: Path) -> None:
    (result,) = objects("forget", "Bo", "-y")
    assert result == {"name": "Bo", "photos": 2, "faces": 2, "scrubbed": True}
    assert fine("forget", "Ada [bold]", "-y").stdout == (
        "Ada [bold] is forgotten: 6 photos, 6 faces\n"
    )
    assert objects("list") == []


@pytest.mark.parametrize("command", [("forget", "Bo"), ("merge", "Ada [bold]", "Bo")])
def test_what_cannot_be_undone_needs_a_word(
    known: Path, monkeypatch: pytest.MonkeyPatch, command: tuple[str, ...]
) -> None:
    error = kith(*command).exception
    assert isinstance(error, OptionError)
    assert str(error).endswith("needs your word: pass --yes")
    assert "\n" not in str(error)
    monkeypatch.setattr("kith.cli.gallery._asked", lambda: True)
    assert kith(*command, answer="n\n").exit_code == 1
    assert len(objects("list")) == 2
    done = kith(*command, "--json", answer="y\n")
    assert done.exit_code == 0
    assert "?" not in done.stdout  # the question goes to stderr
    assert json.loads(done.stdout.splitlines()[-1])["photos"] == 2
    assert len(objects("list")) == 1


def test_export_and_import(known: Path, tmp_path: Path) -> None:
    archive, other = tmp_path / "people.kithx", tmp_path / "new" / "other.kith"
    assert objects("export", archive) == [
        {"file": str(archive), "people": 2, "photos": 8, "faces": 8}
    ]
    (report,) = objects("import", archive, "--gallery", other)
    assert report == {
        "people": 2,
        "created": 2,
        "added": 8,
        "already": 0,
        "conflicts": [],
        "calibrated": False,
    }
    assert "8 were here already" in fine("import", archive, "--gallery", other).stdout
    fine("rename", "Bo", "Bob", "--gallery", other)
    (report,) = objects("import", archive, "--gallery", other)
    assert [conflict["person"] for conflict in report["conflicts"]] == ["Bob", "Bob"]
    told = kith("import", archive, "--gallery", other)
    assert "2 photos left out" in told.stderr
    assert "Bob" in told.stderr


def test_check(known: Path) -> None:
    assert fine("check").stdout == "2 people, no problems\n"
    assert objects("check") == [{"people": 2, "problems": 0}]
    with GalleryStore.open(known) as store, store.database.write() as connection:
        connection.exec_driver_sql("UPDATE templates SET members = 9 WHERE person_id = 2")
    result = kith("check")
    assert result.exit_code == 1
    assert result.stdout.splitlines()[1] == "2 people, 1 problems"
    result = kith("check", "--json")
    assert result.exit_code == 1
    found, summary = (json.loads(line) for line in result.stdout.splitlines())
    assert found["problem"].startswith("Bo: ")
    assert summary == {"people": 2, "problems": 1}


@pytest.mark.parametrize("command", [("show",), ("forget", "-y"), ("rename", "New")])
def test_nobody_by_that_name(known: Path, command: tuple[str, ...]) -> None:
    error = kith(command[0], "bo", *command[1:]).exception
    assert isinstance(error, UnknownPerson)
    assert str(error) == "nobody here is called bo: did you mean Bo?"


@pytest.mark.parametrize("command", ["list", "check", "show Bo", "forget Bo", "export x.kithx"])
def test_without_a_gallery(tmp_path: Path, command: str) -> None:
    missing = tmp_path / "none.kith"
    error = kith(*command.split(), "--gallery", missing).exception
    assert isinstance(error, GalleryError)
    assert str(error) == f"no gallery at {missing}: enrol somebody first"
    assert not missing.exists()


def test_where_the_gallery_lies(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("KITH_GALLERY", str(tmp_path / "mine.kith"))
    assert default_path() == tmp_path / "mine.kith"
    monkeypatch.delenv("KITH_GALLERY")
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    assert default_path().name == "people.kith"
    assert default_path().parent.name == "kith"


def test_pictures(known: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with GalleryStore.open(known) as store:
        store.add("Cy", [seen(1, random_units(9, 1)[0])], CONTRACT)
    assert fine("portraits").stdout == "1 picture of 3 people; pictures of faces are kept\n"
    assert [one["thumbnail"] for one in objects("list")] == [False, False, True]
    with_it, without = tmp_path / "with.kithx", tmp_path / "without.kithx"
    fine("export", with_it)
    fine("export", without, "--no-portraits")
    assert with_it.stat().st_size > without.stat().st_size + 2000
    error = kith("portraits", "--remove").exception
    assert isinstance(error, OptionError)
    assert str(error) == "to remove 1 picture of people's faces needs your word: pass --yes"
    assert isinstance(kith("portraits", "--remove", "--keep").exception, OptionError)
    assert objects("portraits", "--remove", "--yes") == [
        {"kept": False, "pictures": 0, "people": 3, "removed": 1, "scrubbed": True}
    ]
    fine("import", with_it)
    assert objects("portraits") == [{"kept": False, "pictures": 0, "people": 3}]
    assert (
        fine("portraits", "--remove").stdout == "0 pictures removed; no picture of a face is kept\n"
    )
    assert objects("portraits", "--keep") == [{"kept": True, "pictures": 0, "people": 3}]
    fine("import", with_it)
    assert objects("portraits") == [{"kept": True, "pictures": 1, "people": 3}]
