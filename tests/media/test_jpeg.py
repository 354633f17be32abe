from __future__ import annotations

import io

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from kith.errors import PhotoUnreadable
from kith.media import jpeg, load_photo

from .pictures import encode, exif_with, load_or_error, picture, pillow_pixels

PLAIN = encode(picture(96, 64), "JPEG", quality=90)
PROGRESSIVE = encode(picture(96, 64), "JPEG", quality=90, progressive=True)
THUMBNAIL = encode(picture(16, 12), "JPEG")
WITH_THUMBNAIL = encode(picture(96, 64), "JPEG", exif=exif_with(1) + THUMBNAIL)


@pytest.mark.parametrize("data", [PLAIN, PROGRESSIVE, WITH_THUMBNAIL])
@given(share=st.floats(0, 1))
@settings(max_examples=60, deadline=None)
def test_a_cut_jpeg_is_refused_or_decodes_as_the_whole(data, share):
    outcome = load_or_error(data[: round(share * len(data))])
    if isinstance(outcome, PhotoUnreadable):
        assert "\n" not in str(outcome)
    else:
        assert np.array_equal(outcome.pixels, load_photo(data).pixels)


@pytest.mark.parametrize("data", [PLAIN, PROGRESSIVE, WITH_THUMBNAIL])
@pytest.mark.parametrize("share", [0.3, 0.5, 0.7, 0.9, 0.97])
def test_a_truncated_jpeg_is_refused_and_says_so(data, share, capfd):
    with pytest.raises(PhotoUnreadable, match="copy it again"):
        load_photo(data[: int(share * len(data))])
    with pytest.raises(PhotoUnreadable, match="copy it again"):  # as left by a full disk
        load_photo(data[: int(share * len(data))] + bytes(3000))
    assert capfd.readouterr() == ("", "")


def test_half_a_jpeg_followed_by_a_whole_one_is_refused():
    with pytest.raises(PhotoUnreadable):
        load_photo(PLAIN[: len(PLAIN) // 2] + PLAIN)


@pytest.mark.parametrize("tail", [b"\0" * 50, b"film" * 500, THUMBNAIL, THUMBNAIL[:200]])
def test_what_phones_append_does_no_harm(tail):
    assert np.array_equal(load_photo(PLAIN + tail).pixels, load_photo(PLAIN).pixels)


@pytest.mark.parametrize("subsampling", ["4:4:4", "4:2:2", "4:2:0"])
@pytest.mark.parametrize("progressive", [False, True])
def test_colours_agree_with_pillow(subsampling, progressive):
    data = encode(picture(97, 61), "JPEG", subsampling=subsampling, progressive=progressive)
    difference = load_photo(data).pixels.astype(int) - pillow_pixels(data)
    assert abs(difference).max() <= 3  # the two may be built with other versions of libjpeg
    assert abs(difference).mean() < 0.2


def test_grey_becomes_three_equal_channels():
    data = encode(Image.fromarray(picture()).convert("L"), "JPEG")
    pixels = load_photo(data).pixels
    assert np.array_equal(pixels, pillow_pixels(data))
    assert np.array_equal(pixels[..., 0], pixels[..., 2])


def test_rgb_that_is_stored_without_conversion():
    data = encode(picture(), "JPEG", keep_rgb=True, quality=95)
    assert abs(load_photo(data).pixels.astype(int) - picture()).mean() < 3


def test_cmyk_and_its_inverse():
    inks = np.zeros((32, 32, 4), np.uint8)
    inks[:, :16] = (200, 30, 60, 40)
    inks[:, 16:] = (10, 220, 90, 0)
    pixels = load_photo(encode(Image.fromarray(inks, "CMYK"), "JPEG", quality=98)).pixels
    expected = (255 - inks[..., :3].astype(float)) * (255 - inks[..., 3:].astype(float)) / 255
    assert abs(pixels[:, 4:12] - expected[:, 4:12]).max() < 5
    assert abs(pixels[:, 20:28] - expected[:, 20:28]).max() < 5


@pytest.mark.parametrize("side", [1, 2, 7, 8, 9])
def test_the_smallest_pictures(side):
    for size in ((side, 1), (1, side), (side, side)):
        data = encode(np.full((size[1], size[0], 3), 90, np.uint8), "JPEG")
        pixels = load_photo(data).pixels
        assert pixels.shape == (size[1], size[0], 3)
        assert abs(pixels.astype(int) - 90).max() <= 2


def test_the_header():
    data = encode(picture(50, 20), "JPEG", exif=exif_with(6))
    header = jpeg.read_header(data)
    assert header is not None
    assert (header.width, header.height, header.orientation, header.simple) == (50, 20, 6, True)
    assert jpeg.looks_whole(data, header.scan)
    assert not jpeg.looks_whole(data[:-1], header.scan)
    assert jpeg.has_end(data, header.scan)
    assert not jpeg.has_end(data[:-1], header.scan)
    assert not jpeg.looks_whole(data[:-2] + PLAIN, header.scan)


@pytest.mark.parametrize("reduction", [1, 2, 4, 8, 16])
@pytest.mark.parametrize("mode", ["RGB", "L"])
def test_opencv_decodes_at_every_reduction(reduction, mode):
    data = encode(Image.fromarray(picture(640, 480)).convert(mode), "JPEG", quality=95)
    header = jpeg.read_header(data)
    assert header is not None
    pixels = jpeg.decode_jpeg(data, header, reduction)
    assert pixels is not None  # None would leave it to Pillow, at full size
    image = Image.open(io.BytesIO(data))
    image.draft(
        "RGB" if mode == "RGB" else None, (640 // min(reduction, 8), 480 // min(reduction, 8))
    )
    expected = np.asarray(image.convert("RGB"), int)
    assert abs(pixels - expected).max() <= 3


def test_broken_exif_in_a_jpeg_costs_neither_the_photo_nor_a_warning():
    broken = exif_with(3)[:20] + b"\xff" * 30
    assert np.array_equal(
        load_photo(encode(picture(), "JPEG", exif=broken)).pixels,
        load_photo(encode(picture(), "JPEG")).pixels,
    )


@given(st.binary(max_size=200))
def test_a_header_of_any_bytes_is_read_or_none(data):
    header = jpeg.read_header(jpeg.MAGIC + data)
    assert header is None or header.scan > 2


@given(st.integers(2, len(PLAIN) - 1), st.integers(0, 255))
@settings(max_examples=150, deadline=None)
def test_a_jpeg_with_one_wrong_byte_decodes_or_is_refused(position, value):
    data = bytearray(PLAIN)
    data[position] = value
    outcome = load_or_error(bytes(data))
    assert isinstance(outcome, PhotoUnreadable) or outcome.pixels.shape[2] == 3


def test_several_pictures_in_one_file_give_the_first():
    file = io.BytesIO()
    first, second = (Image.fromarray(picture(40, 30, seed)) for seed in (0, 1))
    first.save(file, "MPO", save_all=True, append_images=[second], quality=95)
    assert abs(load_photo(file.getvalue()).pixels.astype(int) - picture(40, 30, 0)).mean() < 4
