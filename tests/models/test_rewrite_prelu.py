"""A PRelu in a thin bottleneck goes into the convolutions around it; the numbers stay the same."""

from __future__ import annotations

import pytest

from kith.models import rewrite
from kith.models.rewrite_prelu import prelu_as_halves
from models.test_rewrite import Sketch, assert_same, operators

PASSES = [prelu_as_halves]


def bottleneck(sketch: Sketch, wide: int, thin: int) -> Sketch:
    sketch.conv(wide, thin, size=1).prelu(thin, 1, 1)
    return sketch.conv(thin, thin, group=thin).conv(thin, wide, size=1)


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("thin", [2, 5, 8])
def test_bottlenecks(seed: int, thin: int) -> None:
    """Two behind each other, and what follows a wide one stays."""
    sketch = bottleneck(Sketch(seed).conv(3, 16), 16, thin)
    before = bottleneck(sketch.prelu(16, 1, 1), 16, thin).encoded()
    after = rewrite.rewrite(before, PASSES)
    assert operators(after).count("Relu") == 2
    assert operators(after).count("PRelu") == 1
    assert len(operators(after)) == len(operators(before))
    assert_same(before, after, seed)


def test_chains_that_share_a_convolution() -> None:
    """The last one of a chain is the first one of the next."""
    sketch = Sketch(7).conv(3, 6, size=1).prelu(6, 1, 1).conv(6, 6, group=6)
    before = sketch.conv(6, 4).prelu(4, 1, 1).conv(4, 4, group=4).conv(4, 5).encoded()
    after = rewrite.rewrite(before, PASSES)
    assert operators(after).count("Relu") == 2
    assert_same(before, after)


def test_weights_that_two_convolutions_share() -> None:
    sketch = Sketch(8)
    kernel, bias = sketch.weight(3, 3, 1, 1), sketch.weight(3)
    sketch.add("Conv", kernel, bias, kernel_shape=[1, 1]).prelu(3, 1, 1).conv(3, 3, group=3)
    before = sketch.add("Conv", kernel, bias, kernel_shape=[1, 1]).encoded()
    after = rewrite.rewrite(before, PASSES)
    assert operators(after).count("Relu") == 1
    assert_same(before, after)


def residual() -> Sketch:
    """What comes out of the first convolution, and of the PRelu, is read again."""
    sketch = Sketch(1).conv(3, 4, size=1)
    source = sketch.last
    sketch.prelu(4, 1, 1).conv(4, 4, group=4).conv(4, 4)
    return sketch.add("Add", source)


def shared() -> Sketch:
    sketch = Sketch(2).conv(3, 4, size=1).prelu(4, 1, 1)
    source = sketch.last
    return sketch.conv(4, 4, group=4).conv(4, 4).add("Add", source)


@pytest.mark.parametrize(
    "sketch",
    [
        residual(),
        shared(),
        bottleneck(Sketch(3).conv(3, 12), 12, 9),  # no room for twice as many
        Sketch(3).conv(3, 4).prelu(1, 1, 1).conv(4, 4, group=4).conv(4, 5),  # one slope for all
        Sketch(3).conv(3, 8).prelu(10).conv(8, 8, group=8).conv(8, 5),  # a slope per column
        Sketch(3).conv(3, 4).prelu(4, 1, 1).conv(4, 4, group=2).conv(4, 5),
        Sketch(3).conv(3, 4).prelu(4, 1, 1).conv(4, 4, group=4),
        Sketch(3).conv(3, 4).prelu(4, 1, 1).conv(4, 4, group=4).add("Relu").conv(4, 5),
        Sketch(3).conv(3, 4, bias=False).prelu(4, 1, 1).conv(4, 4, group=4).conv(4, 5),
        Sketch(3).prelu(3, 1, 1).conv(3, 3, group=3).conv(3, 5),
        Sketch(3).conv(3, 4).prelu(4, 1, 1),
    ],
)
def test_any_other_prelu_stays(sketch: Sketch) -> None:
    before = sketch.encoded()
    after = rewrite.rewrite(before, PASSES)
    assert operators(after) == operators(before)
    assert_same(before, after)


def test_a_chain_of_which_the_middle_is_an_output() -> None:
    sketch = Sketch(4).conv(3, 4).prelu(4, 1, 1).conv(4, 4, group=4)
    middle = sketch.last
    sketch.conv(4, 5)
    before = sketch.encoded((middle, ("n", 4, 12, 10)), (sketch.last, ("n", 5, 12, 10)))
    after = rewrite.rewrite(before, PASSES)
    assert "PRelu" in operators(after)
    assert_same(before, after)
