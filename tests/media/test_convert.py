from __future__ import annotations

import cv2
import numpy as np
import pytest
from PIL import Image

from kith.errors import InputError, PhotoUnreadable
from kith.media import load_photo
from kith.media.convert import reduce

from .pictures import encode, on_white, picture, png, tiff

RAMP = (np.arange(48 * 32, dtype=np.uint32).reshape(32, 48) * 42).astype(np.uint16)
"""Grey of 16 bits over its whole range."""


def in_colours(grey: np.ndarray) -> np.ndarray:
    return np.repeat(grey[..., None], 3, 2)


def opacity(height: int, width: int) -> np.ndarray:
    return np.linspace(0, 255, height * width).reshape(height, width, 1).astype(np.uint8)


@pytest.mark.parametrize("kind", ["PNG", "BMP", "TIFF", "WEBP", "GIF"])
def test_formats_without_loss_keep_every_pixel(kind):
    few = (picture() // 64 * 64).astype(np.uint8)  # at most 64 colours, for GIF's palette
    options = {"lossless": True} if kind == "WEBP" else {}
    assert np.array_equal(load_photo(encode(few, kind, **options)).pixels, few)


@pytest.mark.parametrize("kind", ["PNG", "TIFF", "BMP"])
def test_grey(kind):
    grey = picture()[..., 0]
    assert np.array_equal(load_photo(encode(grey, kind)).pixels, in_colours(grey))


@pytest.mark.parametrize("kind", ["PNG", "TIFF", "BMP"])
def test_one_bit(kind):
    bits = picture()[..., 0] > 128
    expected = in_colours(np.where(bits, 255, 0))
    assert np.array_equal(load_photo(encode(Image.fromarray(bits), kind)).pixels, expected)


@pytest.mark.parametrize("kind", ["PNG", "WEBP", "TIFF"])
def test_transparent_parts_are_shown_on_white(kind):
    rgba = np.concatenate((picture(), opacity(30, 40)), 2)
    options = {"lossless": True, "exact": True} if kind == "WEBP" else {}
    pixels = load_photo(encode(rgba, kind, **options)).pixels
    assert abs(pixels - on_white(rgba)).max() <= 1


def test_grey_with_opacity():
    grey = np.concatenate((picture()[..., :1], opacity(30, 40)), 2)
    rgba = np.concatenate((np.repeat(grey[..., :1], 3, 2), grey[..., 1:]), 2)
    pixels = load_photo(encode(Image.fromarray(grey, "LA"), "PNG")).pixels
    assert abs(pixels - on_white(rgba)).max() <= 1


@pytest.mark.parametrize(
    ("kind", "transparency"), [("PNG", 2), ("GIF", 2), ("PNG", bytes([255, 128, 0]))]
)
def test_a_palette_with_transparent_entries(kind, transparency):
    colours = np.array([(10, 20, 30), (200, 100, 50), (0, 255, 0)], np.uint8)
    index = np.arange(30 * 40).reshape(30, 40) % 3
    image = Image.fromarray(index.astype(np.uint8), "P")
    image.putpalette(colours.tobytes())
    alpha = np.array([255, 255, 0] if isinstance(transparency, int) else list(transparency))
    rgba = np.concatenate((colours[index], alpha[index][..., None]), 2).astype(np.uint8)
    pixels = load_photo(encode(image, kind, transparency=transparency)).pixels
    assert abs(pixels - on_white(rgba)).max() <= 1


def test_a_palette_without_transparency():
    few = (picture() // 64 * 64).astype(np.uint8)
    image = Image.fromarray(few).quantize(64, dither=Image.Dither.NONE)
    expected = np.asarray(image.convert("RGB"))
    assert np.array_equal(load_photo(encode(image, "PNG")).pixels, expected)


@pytest.mark.parametrize("mode", ["L", "RGB"])
def test_one_transparent_colour_in_a_png(mode):
    pixels = np.full((10, 12, 3), 200, np.uint8)
    pixels[:5] = 60
    image = Image.fromarray(pixels).convert(mode)
    data = encode(image, "PNG", transparency=60 if mode == "L" else (60, 60, 60))
    shown = load_photo(data).pixels
    assert (shown[:5] == 255).all()
    assert (shown[5:] == 200).all()


@pytest.mark.parametrize("suffix", [".png", ".tif"])
def test_grey_of_sixteen_bits_keeps_its_high_byte(suffix):
    data = cv2.imencode(suffix, RAMP)[1].tobytes()
    assert np.array_equal(load_photo(data).pixels, in_colours(RAMP >> 8))


@pytest.mark.parametrize("order", ["<", ">"])
def test_sixteen_bits_in_either_byte_order(order):
    data = tiff(RAMP.astype(f"{order}u2").tobytes(), 48, 32, bits=16, order=order)
    assert np.array_equal(load_photo(data).pixels, in_colours(RAMP >> 8))


@pytest.mark.parametrize("mode", ["I;16", "I;16B"])
def test_a_pillow_image_of_sixteen_bits(mode):
    raw = RAMP.astype(">u2" if mode.endswith("B") else "<u2").tobytes()
    image = Image.frombytes(mode, (48, 32), raw)
    assert np.array_equal(load_photo(image).pixels, in_colours(RAMP >> 8))


@pytest.mark.parametrize("suffix", [".png", ".tif"])
def test_colours_of_sixteen_bits_keep_their_high_byte(suffix):
    rgb = np.stack((RAMP, RAMP[::-1], RAMP[:, ::-1]), 2)
    data = cv2.imencode(suffix, rgb[..., ::-1])[1].tobytes()
    assert np.array_equal(load_photo(data).pixels, rgb >> 8)


def test_colours_of_sixteen_bits_with_opacity():
    rgba = np.stack((RAMP, RAMP[::-1], RAMP[:, ::-1], RAMP), 2)
    body = b"".join(b"\0" + row.astype(">u2").tobytes() for row in rgba)
    pixels = load_photo(png(48, 32, 16, 6, body)).pixels
    assert abs(pixels - on_white((rgba >> 8).astype(np.uint8))).max() <= 1


def test_twelve_bits():
    values = (np.arange(32 * 48) * 2 % 4096).reshape(-1, 2)
    first, second = values[:, 0], values[:, 1]
    packed = np.stack((first >> 4, (first & 15) << 4 | second >> 8, second & 255), 1)
    data = tiff(packed.astype(np.uint8).tobytes(), 48, 32, bits=12)
    expected = in_colours((values.reshape(32, 48) >> 4).astype(np.uint8))
    assert np.array_equal(load_photo(data).pixels, expected)


@pytest.mark.parametrize(("bits", "sample"), [(32, 3), (32, 1)])
def test_pixels_without_a_white_are_refused(bits, sample):
    data = tiff(bytes(4 * 6 * 5), 6, 5, bits=bits, sample=sample)
    with pytest.raises(PhotoUnreadable, match="save it with 8 or 16 bits"):
        load_photo(data)


@pytest.mark.parametrize("mode", ["F", "I"])
def test_pillow_images_without_a_white_are_refused(mode):
    with pytest.raises(PhotoUnreadable, match="<image>: has 32-bit pixels"):
        load_photo(Image.new(mode, (4, 4)))


@pytest.mark.parametrize(
    ("mode", "value", "expected"),
    [
        ("CMYK", (0, 255, 0, 0), (255, 0, 255)),
        ("YCbCr", (120, 128, 128), (120, 120, 120)),
        ("HSV", (0, 0, 77), (77, 77, 77)),
        ("RGBX", (1, 2, 3, 4), (1, 2, 3)),
        ("RGBa", (50, 0, 0, 100), (205, 155, 155)),  # the colour is multiplied by the opacity
        ("1", 1, (255, 255, 255)),
    ],
)
def test_other_pillow_modes_become_rgb(mode, value, expected):
    pixels = load_photo(Image.new(mode, (8, 6), value)).pixels
    assert pixels.shape == (6, 8, 3)
    assert abs(pixels.astype(int) - expected).max() <= 1


def test_arrays():
    rgb = picture()
    assert np.shares_memory(load_photo(rgb).pixels, rgb)
    assert np.array_equal(load_photo(rgb[..., 1]).pixels, in_colours(rgb[..., 1]))
    rgba = np.concatenate((rgb, opacity(30, 40)), 2)
    assert abs(load_photo(rgba).pixels - on_white(rgba)).max() <= 1
    flipped = load_photo(rgb[::-1, ::-1]).pixels
    assert flipped.flags.c_contiguous
    assert np.array_equal(flipped, rgb[::-1, ::-1])


@pytest.mark.parametrize(
    ("array", "words"),
    [
        (np.zeros((4, 4, 3), np.float32), "an array of float32 is not a picture"),
        (np.zeros((4, 4, 3), np.uint16), "an array of uint16"),
        (np.zeros((4, 4), bool), "an array of bool"),
        (np.zeros((4, 4, 2), np.uint8), r"shape \(4, 4, 2\)"),
        (np.zeros((1, 4, 4, 3), np.uint8), r"shape \(1, 4, 4, 3\)"),
        (np.zeros(12, np.uint8), r"shape \(12,\)"),
        (np.zeros((0, 4, 3), np.uint8), "has no pixels"),
    ],
)
def test_other_arrays_are_refused_with_what_is_expected(array, words):
    with pytest.raises(InputError, match=words) as raised:
        load_photo(array)
    assert "uint8 (0–255), height × width × 3" in str(raised.value)


@pytest.mark.parametrize("factor", [2, 4, 8])
@pytest.mark.parametrize("size", [(64, 48), (65, 49), (71, 3), (1, 1)])
def test_reduction_is_the_mean_of_the_pixels(factor, size):
    pixels = picture(*size)
    columns, rows = (-(-side // factor) for side in size)
    rest = ((0, rows * factor - size[1]), (0, columns * factor - size[0]), (0, 0))
    whole = np.pad(pixels, rest, "edge").astype(float)
    blocks = whole.reshape(rows, factor, columns, factor, 3).mean((1, 3))
    assert abs(reduce(pixels, factor) - blocks).max() <= 0.51
