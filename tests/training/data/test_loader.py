from __future__ import annotations

import threading
import time
from itertools import islice
from typing import TYPE_CHECKING

import numpy as np
import pytest

from kith.errors import OptionError, PhotoUnreadable
from kith.training.data import Augment, Loader, Plan, hold_out

if TYPE_CHECKING:
    from kith.training.records import TrainingSet

    from .conftest import Made


def threads() -> set[str]:
    return {one.name for one in threading.enumerate() if one.name.startswith("kith-batches")}


def loader_of(found: TrainingSet, names: tuple[str, ...] = (), **options: int) -> Loader:
    split = hold_out(found, 0.0, seed=0)
    plan = Plan(split.classes, people=4, photos=2, seed=1)
    return Loader(found, split, plan, Augment(names, 8, found.crops.rim), seed=2, **options)


def test_a_batch_holds_what_its_rows_are(made: Made) -> None:
    found = made([3, 4, 2, 5, 3])
    loader = loader_of(found)
    assert loader.steps == 3
    batches = list(loader.epoch(1))
    assert len(batches) == 3
    for batch in batches:
        assert batch.pixels.shape == (8, 8, 8, 3)
        assert batch.pixels.dtype == np.uint8
        assert batch.labels.dtype == batch.rows.dtype == np.int64
        assert np.array_equal(batch.labels, found.person[batch.rows])
        assert all(
            (pixels == row).all() for pixels, row in zip(batch.pixels, batch.rows, strict=True)
        )
    assert not threads()


def test_rows_are_of_the_set_and_labels_of_the_people_learned_from(made: Made) -> None:
    found = made([4] * 8)
    split = hold_out(found, 0.25, seed=0)
    plan = Plan(split.classes, people=3, photos=4, seed=0)
    loader = Loader(found, split, plan, Augment((), 8, 0), seed=0)
    for batch in loader.epoch(0):
        whose = [found.people[who] for who in found.person[batch.rows]]
        assert whose == [split.people_learn[label] for label in batch.labels]
        assert not set(whose) & set(split.people_held)


@pytest.mark.parametrize("count", [1, 2, 5])
def test_any_number_of_threads_gives_the_same_batches(made: Made, count: int) -> None:
    found = made([3] * 30, rim=2)
    names = ("flip", "crop", "colour", "jpeg", "blur")
    loader = loader_of(found, names, threads=count)
    expected = [loader.batch(3, step) for step in range(loader.steps)]
    found_batches = list(loader.epoch(3))
    assert len(found_batches) == loader.steps > 5
    for one, other in zip(found_batches, expected, strict=True):
        assert np.array_equal(one.pixels, other.pixels)
        assert np.array_equal(one.rows, other.rows)


def test_no_two_squares_are_changed_alike(made: Made) -> None:
    found = made([1] * 4, side=32, rim=5, base=120)
    split = hold_out(found, 0.0, seed=0)
    plan = Plan(split.classes, people=4, photos=5, seed=1, singles=True, turns=2)
    loader = Loader(found, split, plan, Augment(("colour",), 32, 5), seed=2)
    batches = [batch for epoch in range(3) for batch in loader.epoch(epoch)]
    assert len(batches) == 6
    colours = {
        tuple(pixels[0, 0])
        for batch in batches
        for pixels, row in zip(batch.pixels, batch.rows, strict=True)
        if row == 3
    }
    assert len(colours) > 15  # of 30, of which every fifth is not changed
    first, later = (
        {tuple(pixels[0, 0]) for pixels in loader.batch(epoch, 0).pixels} for epoch in (0, 1)
    )
    assert len(first & later) <= 4 + 1  # those that are not changed, and one by chance
    other = Loader(found, split, plan, Augment(("colour",), 32, 5), seed=3).batch(0, 0)
    assert not np.array_equal(other.pixels, batches[0].pixels)


def test_an_epoch_goes_on_from_any_step(made: Made) -> None:
    loader = loader_of(made([3] * 30))
    whole, rest = list(loader.epoch(2)), list(loader.epoch(2, start=5))
    assert len(rest) == loader.steps - 5
    for one, other in zip(whole[5:], rest, strict=True):
        assert np.array_equal(one.pixels, other.pixels)
        assert np.array_equal(one.labels, other.labels)
    assert list(loader.epoch(2, start=loader.steps)) == []


def test_a_few_batches_wait_and_no_more(made: Made) -> None:
    loader = loader_of(made([2] * 200), threads=2)
    begun: list[int] = []
    make = loader.batch
    loader.batch = lambda epoch, step: (begun.append(step), make(epoch, step))[1]
    epoch = loader.epoch(0)
    next(epoch)
    time.sleep(0.3)
    assert len(begun) <= 5
    epoch.close()
    assert not threads()


def test_it_ends_cleanly_where_the_consumer_stops_or_fails(made: Made) -> None:
    loader = loader_of(made([2] * 200), threads=3)
    epoch = loader.epoch(0)
    assert len(list(islice(epoch, 3))) == 3
    assert threads()
    epoch.close()
    assert not threads()

    def fail() -> None:
        for _ in loader.epoch(0):
            raise RuntimeError("the network diverged")

    with pytest.raises(RuntimeError, match="diverged"):
        fail()
    deadline = time.monotonic() + 5
    while threads() and time.monotonic() < deadline:
        time.sleep(0.01)
    assert not threads()


def test_an_error_in_a_thread_reaches_the_consumer(made: Made) -> None:
    found = made([2] * 50)
    loader = loader_of(found)
    path = found.crops._path
    path.write_bytes(path.read_bytes()[: 20 * 8 * 8 * 3])
    with pytest.raises(PhotoUnreadable, match="gather them again"):
        list(loader.epoch(0))
    assert not threads()


def test_what_does_not_fit_is_refused(made: Made) -> None:
    found = made([2] * 4)
    with pytest.raises(OptionError, match="threads"):
        loader_of(found, threads=0)
    split = hold_out(found, 0.0, seed=0)
    plan = Plan(split.classes, people=4, photos=2, seed=1)
    with pytest.raises(OptionError, match="squares of 8 pixels with a rim of 0"):
        Loader(found, split, plan, Augment((), 8, 4), seed=0)
    with pytest.raises(OptionError, match="augment is one of"):
        Augment(("sepia",), 8, 0)
