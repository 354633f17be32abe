from __future__ import annotations

import io

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageOps

from kith.media import load_photo
from kith.media.exif import orientation, orientation_of, turn

from .pictures import encode, exif_with, picture


@pytest.mark.parametrize("value", range(1, 9))
@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "TIFF"])
def test_all_turns_are_those_of_pillow(value, kind):
    options = {"lossless": True} if kind == "WEBP" else {}
    exif = Image.Exif()
    exif[0x0112] = value
    data = encode(picture(40, 30), kind, exif=exif, **options)
    expected = np.asarray(ImageOps.exif_transpose(Image.open(io.BytesIO(data))).convert("RGB"))

    photo = load_photo(data)

    assert np.array_equal(photo.pixels, expected)
    assert (photo.width, photo.height) == ((30, 40) if value > 4 else (40, 30))
    assert photo.pixels.flags.c_contiguous
    assert photo.scale == 1


@pytest.mark.parametrize("value", range(1, 9))
def test_the_turn_of_a_pillow_image_is_applied(value):
    data = encode(picture(40, 30), "PNG", exif=exif_with(value))
    photo = load_photo(Image.open(io.BytesIO(data)))
    assert np.array_equal(photo.pixels, load_photo(data).pixels)
    upright = ImageOps.exif_transpose(Image.open(io.BytesIO(data)))
    assert np.array_equal(load_photo(upright).pixels, photo.pixels)


@pytest.mark.parametrize("value", range(1, 9))
@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize("kind", [3, 4])
def test_orientation_in_either_byte_order(value, order, kind):
    block = exif_with(value, order, kind)
    assert orientation(block) == value
    assert orientation(block.removeprefix(b"Exif\0\0")) == value
    ours = Image.Exif()
    ours.load(block)
    assert ours[0x0112] == value  # the block is what others read too


@pytest.mark.parametrize("value", [0, 9, 65535])
def test_an_orientation_that_makes_no_sense_is_upright(value):
    assert orientation(exif_with(value)) == 1


@given(st.integers(0, 60), st.binary(max_size=40))
def test_broken_exif_is_upright_or_read_but_never_an_error(cut, tail):
    assert orientation(exif_with(6)[:cut] + tail) in range(1, 9)


@given(st.binary(max_size=64))
def test_any_bytes_give_an_orientation(data):
    assert orientation(b"II*\0" + data) in range(1, 9)


def test_exif_as_imagemagick_writes_it_into_a_png():
    block = exif_with(6).hex()
    profile = f"\nexif\n    {len(block) // 2}\n" + "\n".join(
        block[i : i + 72] for i in range(0, len(block), 72)
    )
    assert orientation_of({"Raw profile type exif": profile}) == 6
    assert orientation_of({"Raw profile type exif": "\nexif\n 1\nzz"}) == 1
    assert orientation_of({}) == 1


def test_exif_behind_the_pixels_of_a_png_counts():
    data = encode(picture(), "PNG", exif=exif_with(6))
    at = data.index(b"eXIf") - 4
    length = int.from_bytes(data[at : at + 4], "big") + 12
    chunk, rest = data[at : at + length], data[:at] + data[at + length :]
    end = rest.index(b"IEND") - 4
    moved = rest[:end] + chunk + rest[end:]
    assert np.array_equal(load_photo(moved).pixels, load_photo(data).pixels)
    assert load_photo(moved).width == 30


def test_upright_pixels_are_not_copied():
    pixels = picture()
    assert turn(pixels, 1) is pixels
