from __future__ import annotations

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import numpy as np
import pytest

from kith.recognizer.ordered import ordered_map

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture
def pool() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(3) as opened:
        yield opened


@pytest.mark.parametrize("ahead", [1, 2, 6, 100])
def test_in_order_however_long_each_takes(pool: ThreadPoolExecutor, ahead: int) -> None:
    pauses = np.random.default_rng(ahead).uniform(0, 0.004, 40)

    def work(i: int) -> int:
        time.sleep(pauses[i])
        return i * i

    assert list(ordered_map(pool, work, range(40), ahead=ahead)) == [i * i for i in range(40)]


@pytest.mark.parametrize("ahead", [1, 2, 5])
def test_never_more_than_a_few_are_taken_ahead(pool: ThreadPoolExecutor, ahead: int) -> None:
    taken, received, most = 0, 0, 0

    def source() -> Iterator[int]:
        nonlocal taken, most
        for i in range(50):
            taken += 1
            most = max(most, taken - received)
            yield i

    for _ in ordered_map(pool, lambda i: i, source(), ahead=ahead):
        received += 1
        most = max(most, taken - received)
        assert taken - received <= ahead
    # While the next one is asked for, it counts as well.
    assert most == ahead + 1
    assert received == 50


def test_nothing_is_taken_before_it_is_asked_for(pool: ThreadPoolExecutor) -> None:
    taken = []
    results = ordered_map(pool, str, (taken.append(i) or i for i in range(9)), ahead=2)
    assert taken == []
    assert next(results) == "0"
    assert taken == [0, 1, 2]


def test_closing_drops_what_was_not_begun() -> None:
    gate, begun = threading.Event(), []

    def work(i: int) -> int:
        begun.append(i)
        if i:
            gate.wait(30)
        return i

    with ThreadPoolExecutor(1) as pool:
        results = ordered_map(pool, work, range(100), ahead=10)
        assert next(results) == 0
        results.close()  # type: ignore[attr-defined]
        gate.set()
    assert max(begun) <= 1  # the rest was waiting for the only thread, and was let go


def test_an_error_comes_at_its_place(pool: ThreadPoolExecutor) -> None:
    def work(i: int) -> int:
        return 100 // (3 - i)

    results = ordered_map(pool, work, range(10), ahead=6)
    assert [next(results) for _ in range(3)] == [33, 50, 100]
    with pytest.raises(ZeroDivisionError):
        next(results)
    assert list(results) == []


def test_the_source_is_read_in_the_callers_thread(pool: ThreadPoolExecutor) -> None:
    threads = set()

    def source() -> Iterator[int]:
        for i in range(20):
            threads.add(threading.get_ident())
            yield i

    assert list(ordered_map(pool, abs, source(), ahead=3)) == list(range(20))
    assert threads == {threading.get_ident()}


def test_no_items_no_results(pool: ThreadPoolExecutor) -> None:
    assert list(ordered_map(pool, abs, [], ahead=1)) == []
