from __future__ import annotations

import itertools

from hypothesis import given
from hypothesis import strategies as st

from kith.media.layout import Measures, columns_for, lay_out


@given(
    st.lists(st.tuples(st.integers(1, 12), st.booleans()), max_size=4),
    st.integers(1, 9),
    st.integers(48, 300),
    st.booleans(),
)
def test_nothing_overlaps_and_all_is_on_the_page(sections, columns, tile, subtitle):
    counts = [count for count, _ in sections]
    measures = Measures.of(tile)
    page = lay_out(counts, [headed for _, headed in sections], columns, measures, subtitle)
    assert [len(cards) for cards in page.cards] == counts
    cards = [card for row in page.cards for card in row]
    for left, top, right, bottom in cards:
        assert right - left == tile
        assert bottom - top == tile + measures.caption
        assert left >= measures.margin
        assert right <= page.width - measures.margin
        assert top > page.titles[1]
        assert bottom <= page.height - measures.margin + measures.gap
    for a, b in itertools.combinations(cards, 2):
        assert a[2] <= b[0] or b[2] <= a[0] or a[3] <= b[1] or b[3] <= a[1]
    floor = page.titles[1]
    for heading, row in zip(page.headings, page.cards, strict=True):
        if heading is not None:
            assert heading - measures.heading > floor
            assert heading < row[0][1]
        floor = row[-1][3]


def test_columns():
    assert [columns_for(n, n) for n in (1, 3, 9, 24, 100)] == [3, 3, 4, 6, 8]
    assert columns_for(60, 2) == 3  # many small sections


def test_small_tiles_keep_letters_that_can_be_read():
    assert Measures.of(48).name >= 11
    assert Measures.of(48).note >= 10
    assert Measures.of(448).name == 2 * Measures.of(224).name
