from __future__ import annotations

import json
import sqlite3
from dataclasses import replace
from typing import TYPE_CHECKING, Any, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

import kith
from decision.calibrations import CALIBRATION, MIXED
from kith.errors import (
    ContractMismatch,
    GalleryError,
    GalleryReadOnly,
    GalleryUnreadable,
    OptionError,
)
from kith.gallery.archive import export_archive, import_archive
from kith.gallery.calibration_json import LONGEST, MOST_POINTS, Unbelievable, parsed, plain
from kith.gallery.calibrations import newest
from kith.gallery.store import GalleryStore
from kith.types import EmbeddingContract, PhotoFaces, Verdict

from .people import CONTRACT, face, photos_of, random_units

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from kith.types import Face

OTHER = EmbeddingContract("other", "ef" * 32, "five-points", 1, 32)


class Eyes:
    """A recogniser that takes whatever it is given for one face: a photo is a seed."""

    detector, embedder, threshold, contract = "yunet", "tiny", 0.9, CONTRACT
    masked_space = None

    def faces(self, image: Any) -> tuple[Face, ...]:
        return (face(random_units(int(image), 1)[0]),)

    def stream(self, images: Iterable[Any], **_: object) -> Iterator[PhotoFaces]:
        for image in images:
            yield PhotoFaces(str(image), 100, 100, "", self.faces(image))


@pytest.fixture
def people(path: Path) -> Iterator[kith.Gallery]:
    """Ada and Bo."""
    with kith.Gallery(path, recognizer=cast("kith.Recognizer", Eyes())) as opened:
        for number, name in enumerate(("Ada", "Bo"), start=1):
            opened.store.add(name, photos_of(number, 2), CONTRACT)
        yield opened


def raw(path: Path, statement: str, *values: object) -> list[tuple[Any, ...]]:
    with sqlite3.connect(path) as connection:
        found = connection.execute(statement, values).fetchall()
        connection.execute("UPDATE meta SET changes = changes + 1")
    connection.close()
    return found


def test_what_is_kept_comes_back(people: kith.Gallery, path: Path) -> None:
    assert people.calibration is None
    people.set_calibration(CALIBRATION)
    assert people.calibration == CALIBRATION
    with kith.Gallery(path, read_only=True) as again:
        assert again.calibration == CALIBRATION
    assert people.store.check() == []
    [(detail,)] = raw(path, "SELECT detail FROM audit WHERE action = 'calibrate'")
    assert json.loads(detail) == {"people": 400}


def test_what_was_measured_behind_masks_is_kept(
    people: kith.Gallery, path: Path, tmp_path: Path
) -> None:
    both = replace(CALIBRATION, masked=(MIXED, replace(MIXED, pair="worn/worn", threshold=1.05)))
    people.set_calibration(both)
    assert people.calibration == both
    with kith.Gallery(path, read_only=True) as again:
        assert again.calibration == both
    export_archive(people.store, tmp_path / "people.kithx")
    with GalleryStore.open(tmp_path / "new.kith", create=True) as store:
        assert import_archive(store, tmp_path / "people.kithx").calibrated
        with store.database.read() as connection:
            assert newest(connection) == both


def test_what_was_measured_in_another_space_does_not_count(people: kith.Gallery) -> None:
    elsewhere = replace(MIXED, pair="worn/worn", space="ab" * 32)
    people.set_calibration(replace(CALIBRATION, masked=(MIXED, elsewhere)))
    assert people.calibration == replace(CALIBRATION, masked=(MIXED,))


def test_without_masks_an_older_kith_reads_it(people: kith.Gallery, path: Path) -> None:
    people.set_calibration(CALIBRATION)
    [(text,)] = raw(path, "SELECT detail FROM calibrations")
    assert "masked" not in json.loads(text)
    assert people.calibration == CALIBRATION


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("pair", "none/none"),
        ("pair", ["none/worn"]),
        ("space", "x"),
        ("space", None),
        ("threshold", 2.5),
        ("threshold", -1.5),
        ("threshold", None),
        ("people", -1),
        ("rough", 0),
        ("held_fmr", {"value": 0.5, "low": 0.6, "high": 0.7, "trials": 9}),
        ("tail", [[0.01, 0.3], [0.001, 0.2]]),
        ("pair_odds", [[0.1, 1.0]]),
        ("more", 1),
    ],
)
def test_damaged_values_of_masked_pairs_are_refused(name: str, value: Any) -> None:
    values = plain(replace(CALIBRATION, masked=(MIXED,)))
    [pair] = values["masked"]
    with pytest.raises(Unbelievable):
        parsed(values | {"masked": [pair | {name: value}]}, CALIBRATION.contract)
    for wrong in ([pair, pair], [pair] * 3, [[]], {}, "none/worn", None, 0):
        with pytest.raises(Unbelievable):
            parsed(values | {"masked": wrong}, CALIBRATION.contract)
    del pair["scale"]
    with pytest.raises(Unbelievable, match="missing or unknown"):
        parsed(values, CALIBRATION.contract)


def test_the_newest_counts(people: kith.Gallery, path: Path) -> None:
    newer = replace(CALIBRATION, threshold=0.5, created="2020-01-01T00:00:00Z")
    with kith.Gallery(path) as elsewhere:
        elsewhere.set_calibration(CALIBRATION)
        assert people.calibration == CALIBRATION
        elsewhere.set_calibration(newer)  # kept last, whatever the clocks said
        assert people.calibration == newer
        elsewhere.set_calibration(None)
    assert people.calibration is None
    assert raw(path, "SELECT count(*) FROM calibrations") == [(0,)]
    people.set_calibration(None)
    assert raw(path, "SELECT count(*) FROM audit WHERE action = 'uncalibrate'") == [(1,)]


def test_only_one_of_the_gallerys_own_contract_counts(people: kith.Gallery) -> None:
    with pytest.raises(ContractMismatch, match="calibrate again"):
        people.set_calibration(replace(CALIBRATION, contract=OTHER))
    people.set_calibration(CALIBRATION)
    for name in ("Ada", "Bo"):
        people.store.forget(name)
    people.store.add("Cy", photos_of(3, 1), OTHER)
    assert people.calibration is None  # of embeddings that are no longer here
    people.store.forget("Cy")
    people.store.add("Ada", photos_of(1, 1), CONTRACT)
    assert people.calibration == CALIBRATION


def test_an_empty_gallery_keeps_none(path: Path) -> None:
    with kith.Gallery(path) as nobody:
        assert nobody.calibration is None
        nobody.set_calibration(None)
        with pytest.raises(GalleryError, match="empty: enrol somebody first, then calibrate"):
            nobody.set_calibration(CALIBRATION)
    assert not path.exists()


def test_for_reading_only(people: kith.Gallery, path: Path) -> None:
    people.set_calibration(CALIBRATION)
    with kith.Gallery(path, read_only=True) as reader:
        for wanted in (CALIBRATION, None):
            with pytest.raises(GalleryReadOnly):
                reader.set_calibration(wanted)
        assert reader.calibration == CALIBRATION


def test_an_interrupted_change_is_no_change(
    people: kith.Gallery, monkeypatch: pytest.MonkeyPatch
) -> None:
    people.set_calibration(CALIBRATION)

    def stop(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("kith.gallery.writing.record", stop)
    with pytest.raises(KeyboardInterrupt):
        people.set_calibration(replace(CALIBRATION, threshold=0.1))
    with pytest.raises(KeyboardInterrupt):
        people.set_calibration(None)
    assert people.calibration == CALIBRATION


BAD: list[tuple[str, Any]] = [
    ("tail", []),
    ("tail", [[0.01, 0.3], [0.02, 0.4]]),  # the rate rises
    ("tail", [[0.01, 0.3], [0.001, 0.2]]),  # the similarity falls
    ("tail", [[0.0, 0.3]]),
    ("tail", [[0.01, 1.5]]),
    ("tail", [[0.01]]),
    ("tail", [["0.01", 0.3]]),
    ("tail", [[0.5 / n, 0.3] for n in range(1, MOST_POINTS + 2)]),
    ("pair_odds", [[0.1, 0.0]]),
    ("pair_odds", [[0.1, 1.0]]),
    ("pair_odds", [[0.1, 0.5], [0.1, 0.6]]),
    ("person_odds", [[0.1, 0.5], [0.2, 0.4]]),
    ("person_odds", None),
    ("scale", -1.0),
    ("scale", float("nan")),
    ("scale", float("inf")),
    ("scale", 10**400),
    ("scale", True),
    ("odds_error", 2.0),
    ("fpir", 0),
    ("fpir", 1.0),
    ("fpir", "0.003"),
    ("people", -1),
    ("people", 400.0),
    ("people", 2**60),
    ("measured_fmr", [1, 2]),
    ("measured_fmr", {"value": 0.5, "low": 0.6, "high": 0.7, "trials": 9}),
    ("measured_fnir", {"value": 0.5, "low": 0.1, "high": 0.7}),
    ("rough", 1),
    ("source", "elsewhere"),
    ("source", []),
    ("detector", ""),
    ("detector", "yu\nnet"),
    ("detector", "y" * 300),
    ("kith", 1),
]


@pytest.mark.parametrize(("name", "value"), BAD)
def test_a_damaged_value_is_refused(
    people: kith.Gallery, path: Path, name: str, value: Any
) -> None:
    people.set_calibration(CALIBRATION)
    [(text,)] = raw(path, "SELECT detail FROM calibrations")
    detail = json.loads(text)
    assert name in detail
    raw(path, "UPDATE calibrations SET detail = ?", json.dumps(detail | {name: value}))
    said = "the gallery's calibration is damaged .*calibrate again, or .*calibrate --remove"
    with pytest.raises(GalleryUnreadable, match=said) as caught:
        people.identify(1)
    assert "\n" not in str(caught.value)
    assert any("calibration is damaged" in line for line in people.store.check())
    people.set_calibration(None)
    assert people.identify(1)[0].threshold == 0.9


@pytest.mark.parametrize(
    "text",
    ["", "[]", "null", "{", '{"scale": NaN}', "[" * 50_000, b"\xff\x00", "9" * 6000, "{}"],
)
def test_no_json_at_all(people: kith.Gallery, path: Path, text: str | bytes) -> None:
    people.set_calibration(CALIBRATION)
    raw(path, "UPDATE calibrations SET detail = ?", text)
    with pytest.raises(GalleryUnreadable, match="calibration is damaged"):
        _ = people.calibration


def test_a_huge_text_is_not_even_read(people: kith.Gallery, path: Path) -> None:
    people.set_calibration(CALIBRATION)
    raw(path, "UPDATE calibrations SET detail = detail || ?", " " * (LONGEST + 1))
    with pytest.raises(GalleryUnreadable, match="too long"):
        _ = people.calibration


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("threshold", "low"),
        ("threshold", -2.0),
        ("threshold", b"\x00"),
        ("fmr", 0.0),
        ("fmr", 7.0),
        ("fingerprint", "x"),
        ("fingerprint", b"cd"),
        ("created", "yesterday"),
    ],
)
def test_a_damaged_column_is_refused(
    people: kith.Gallery, path: Path, column: str, value: Any
) -> None:
    people.set_calibration(CALIBRATION)
    raw(path, f"UPDATE calibrations SET {column} = ?", value)
    with pytest.raises(GalleryUnreadable, match="calibration is damaged"):
        _ = people.calibration


def test_values_in_the_text_do_not_hide_the_columns(people: kith.Gallery, path: Path) -> None:
    people.set_calibration(CALIBRATION)
    [(text,)] = raw(path, "SELECT detail FROM calibrations")
    detail = json.loads(text) | {"threshold": -1.0}
    raw(path, "UPDATE calibrations SET detail = ?", json.dumps(detail))
    assert people.calibration == CALIBRATION


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=8,
)


_KEPT = plain(replace(CALIBRATION, masked=(MIXED,)))


@given(st.sampled_from(sorted(_KEPT)), st.sampled_from(["", *sorted(_KEPT["masked"][0])]), _JSON)
def test_whatever_stands_there_is_believed_or_refused(name: str, part: str, value: Any) -> None:
    if name == "masked" and part:
        value = [_KEPT["masked"][0] | {part: value}]
    try:
        found = parsed(_KEPT | {name: value}, CALIBRATION.contract)
    except Unbelievable:
        return
    for people in (0, 1, 1000):
        assert -1 <= found.threshold_for(people) <= 1.001
        assert -1 <= found.threshold_for(people, "none/worn") <= 2
    assert 0 < found.probability(0.3) < 1
    assert 0 < found.probability(0.3, pair="none/worn") < 1


def test_a_value_too_many_or_too_few_is_refused() -> None:
    values = plain(CALIBRATION)
    with pytest.raises(Unbelievable, match="missing or unknown"):
        parsed(values | {"more": 1}, CALIBRATION.contract)
    del values["scale"]
    with pytest.raises(Unbelievable, match="missing or unknown"):
        parsed(values, CALIBRATION.contract)


def test_identify_uses_it_for_as_many_people_as_there_are(people: kith.Gallery, path: Path) -> None:
    [before] = people.identify(1)
    assert (before.threshold, before.probability, before.calibration) == (0.9, None, None)
    people.set_calibration(CALIBRATION)
    [answer] = people.identify(1)
    assert answer.threshold == CALIBRATION.threshold_for(2)
    assert answer.calibration == CALIBRATION.promise(2)
    assert answer.similarity is not None
    assert answer.probability == CALIBRATION.probability(answer.similarity, template=True)
    with GalleryStore.open(path) as elsewhere:
        for number in range(10, 60):
            elsewhere.add(f"Person {number}", photos_of(number, 1), CONTRACT)
    [answer] = people.identify(1)
    assert answer.threshold == CALIBRATION.threshold_for(52) > CALIBRATION.threshold_for(2)
    assert answer.calibration is not None
    assert (answer.calibration.gallery, answer.calibration.extrapolated) == (52, True)


def test_streams_use_it_and_follow_changes(people: kith.Gallery) -> None:
    people.set_calibration(CALIBRATION)
    stream = people.identify_stream([1, 2, 3])
    first = next(stream)
    assert (first.threshold, first.calibration) == (
        CALIBRATION.threshold_for(2),
        CALIBRATION.promise(2),
    )
    people.set_calibration(None)
    assert (next(stream).threshold, next(stream).calibration) == (0.9, None)


def test_a_threshold_that_is_given_counts(people: kith.Gallery) -> None:
    people.set_calibration(CALIBRATION)
    [answer] = people.identify(1, threshold=0.1)
    assert (answer.threshold, answer.calibration) == (0.1, None)
    assert answer.probability is not None
    for call in (people.identify, lambda image, **more: next(people.identify_stream([1], **more))):
        with pytest.raises(OptionError, match="threshold is a cosine"):
            call(1, threshold=1.5)


def test_two_photos_use_the_threshold_of_one_comparison(people: kith.Gallery) -> None:
    plain_answer = people.verify(1, 1)
    assert (plain_answer.threshold, plain_answer.probability) == (0.9, None)
    people.set_calibration(CALIBRATION)
    same, other = people.verify(1, 1), people.verify(1, 2)
    assert (same.threshold, same.calibration) == (0.4, CALIBRATION.promise())
    assert (same.verdict, other.verdict) == (Verdict.MATCH, Verdict.UNKNOWN)
    assert other.similarity is not None
    assert other.probability == CALIBRATION.probability(other.similarity)
    given = people.verify(1, 1, threshold=0.2)
    assert (given.threshold, given.calibration) == (0.2, None)
    assert given.probability == CALIBRATION.probability(1.0)
    with pytest.raises(OptionError):
        people.verify(1, 1, threshold=2.0)


def test_verify_refuses_the_calibration_of_another_network() -> None:
    eyes = cast("kith.Recognizer", Eyes())
    with pytest.raises(ContractMismatch, match="calibrated for another kind of embedding"):
        kith.verify(1, 2, recognizer=eyes, calibration=replace(CALIBRATION, contract=OTHER))


def test_an_emptied_gallery_may_be_asked_with_another_network(people: kith.Gallery) -> None:
    people.set_calibration(CALIBRATION)
    for name in ("Ada", "Bo"):
        people.forget(name)
    people._recognizer.contract = OTHER  # type: ignore[union-attr,misc]
    try:
        assert people.identify(1)[0].threshold == 0.9
        assert people.verify(1, 1).calibration is None
    finally:
        del people._recognizer.contract  # type: ignore[union-attr]


def test_an_archive_brings_it_into_an_empty_gallery(people: kith.Gallery, tmp_path: Path) -> None:
    people.set_calibration(CALIBRATION)
    archive, path = tmp_path / "people.kithx", tmp_path / "new.kith"
    export_archive(people.store, archive)
    with GalleryStore.open(path, create=True) as store:
        assert import_archive(store, archive).calibrated
        with store.database.read() as connection:
            assert newest(connection) == CALIBRATION
        assert not import_archive(store, archive).calibrated  # once is enough
        assert store.check() == []
    assert raw(path, "SELECT count(*) FROM calibrations") == [(1,)]


def test_an_archive_changes_nobodys_threshold(people: kith.Gallery, tmp_path: Path) -> None:
    people.set_calibration(CALIBRATION)
    archive = tmp_path / "people.kithx"
    export_archive(people.store, archive)
    with GalleryStore.open(tmp_path / "used.kith", create=True) as store:
        store.add("Cy", photos_of(3, 1), CONTRACT)
        assert not import_archive(store, archive).calibrated
        with store.database.read() as connection:
            assert newest(connection) is None


def test_an_emptied_gallery_keeps_its_own(people: kith.Gallery, tmp_path: Path) -> None:
    archive = tmp_path / "people.kithx"
    people.set_calibration(replace(CALIBRATION, threshold=0.1))
    export_archive(people.store, archive)
    people.set_calibration(None)
    people.set_calibration(CALIBRATION)
    for name in ("Ada", "Bo"):
        people.forget(name)
    assert not import_archive(people.store, archive).calibrated
    assert people.calibration == CALIBRATION


def test_an_archive_without_one(people: kith.Gallery, tmp_path: Path) -> None:
    archive = tmp_path / "people.kithx"
    export_archive(people.store, archive)
    with GalleryStore.open(tmp_path / "new.kith", create=True) as store:
        assert not import_archive(store, archive).calibrated


@pytest.mark.parametrize("bad", [[], {"threshold": -1}, None])
def test_a_calibration_in_an_archive_is_checked(
    people: kith.Gallery, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, bad: Any
) -> None:
    archive = tmp_path / "people.kithx"
    made = plain(CALIBRATION) | {"scale": -1.0} if bad is None else bad
    monkeypatch.setattr("kith.gallery.archive_writer.calibration_values", lambda _: made)
    export_archive(people.store, archive)
    with GalleryStore.open(tmp_path / "new.kith", create=True) as store:
        with pytest.raises(GalleryUnreadable, match="not a sound kith archive: its calibration"):
            import_archive(store, archive)
        assert not store.exists
