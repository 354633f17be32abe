from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from PIL import Image

from kith.alignment import ARCFACE, RECIPES, BoxCrop

if TYPE_CHECKING:
    from kith.types import Pixels

POINTS = np.zeros((5, 2), np.float32)


def box(*values: float) -> np.ndarray:
    return np.array(values, np.float32)


@pytest.fixture
def photo(random: np.random.Generator) -> Pixels:
    """Two hundred by three hundred pixels; each says in red and green where it is."""
    pixels = random.integers(0, 256, (200, 300, 3), dtype=np.uint8)
    pixels[..., 0] = np.arange(300)[None, :] * 255 // 299
    pixels[..., 1] = np.arange(200)[:, None] * 255 // 199
    return pixels


def test_the_tutorials_crop_is_pillows(photo: Pixels) -> None:
    crop = RECIPES["tutorial-224"].crop(photo, POINTS, box(40.7, 30.2, 60.9, 80.1))
    part = Image.fromarray(photo[30:110, 40:101])
    assert np.array_equal(crop, np.asarray(part.resize((224, 224), Image.Resampling.BICUBIC)))


def test_the_papers_crop_is_wider_and_not_squashed(photo: Pixels) -> None:
    crop = RECIPES["vggface2-224"].crop(photo, POINTS, box(100, 60, 60, 80))
    assert crop.shape == (224, 224, 3)
    # 60 × 80 and 0.3 of it: 91…169 across, 48…152 down; 78 pixels become 256, of 341 rows and
    # 256 columns the middle 224 are kept.
    scale = 256 / 78
    across = 91 + np.array([16, 240]) / scale
    down = 48 + np.array([(round(104 * scale) - 224) // 2, (round(104 * scale) + 224) // 2]) / scale
    assert crop[112, [0, -1], 0] == pytest.approx(across * 255 / 299, abs=3)
    assert crop[[0, -1], 112, 1] == pytest.approx(down * 255 / 199, abs=3)


def test_a_box_past_the_border_is_cut(photo: Pixels) -> None:
    for name in ("tutorial-224", "facenet-160"):
        recipe = RECIPES[name]
        cut = recipe.crop(photo, POINTS, box(-50, -50, 120, 120))
        assert cut.shape == (recipe.side, recipe.side, 3)
        assert cut[0, 0, 0] < 5
        assert cut[0, 0, 1] < 5


@pytest.mark.parametrize(
    "where",
    [(500, 500, 20, 20), (-90, -90, 20, 20), (299.5, 0, 0.1, 199), (10, 10, 0, 0), (0, 0, 9e9, 1)],
)
@pytest.mark.parametrize("name", ["vggface2-224", "tutorial-224", "facenet-160"])
def test_a_box_of_any_kind_gives_a_square(photo: Pixels, where: tuple[float], name: str) -> None:
    recipe = RECIPES[name]
    crop = recipe.crop(photo, POINTS, box(*where))
    assert crop.shape == (recipe.side, recipe.side, 3)
    assert crop.dtype == np.uint8
    assert crop.flags.c_contiguous


def test_a_crop_by_box_needs_one(photo: Pixels) -> None:
    with pytest.raises(ValueError, match="facenet-160 is made from a box"):
        RECIPES["facenet-160"].crop(photo, POINTS)


def test_a_crop_by_points_does_not_look_at_the_box(photo: Pixels) -> None:
    points = (ARCFACE.template + 20).astype(np.float32)
    assert np.array_equal(ARCFACE.crop(photo, points), ARCFACE.crop(photo, points, box(1, 2, 3, 4)))


def test_recipes_are_found_by_their_names() -> None:
    assert all(recipe.name == name for name, recipe in RECIPES.items())
    assert isinstance(RECIPES["tutorial-224"], BoxCrop)
