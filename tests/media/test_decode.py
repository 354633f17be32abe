from __future__ import annotations

import importlib.util
import io
import struct
import sys
import tracemalloc
import zlib
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, features

from kith.errors import PhotoError, PhotoTooLarge, PhotoUnreadable
from kith.media import Limits, load_photo

from .pictures import encode, exif_with, load_or_error, picture, png, tiff

MAGICS = [
    b"\xff\xd8\xff\xe0",
    b"\x89PNG\r\n\x1a\n",
    b"GIF89a",
    b"BM",
    b"II*\0",
    b"MM\0*",
    b"RIFF\xff\0\0\0WEBPVP8 ",
    b"\0\0\0\x18ftypavif",
    b"\0\0\0\x18ftypheic",
    b"",
]
WHOLE = {
    "PNG": encode(picture(), "PNG"),
    "WEBP": encode(picture(), "WEBP"),
    "GIF": encode(picture(), "GIF"),
    "TIFF": encode(picture(), "TIFF", compression="tiff_lzw"),
    "BMP": encode(picture(), "BMP"),
}

needs_heif = pytest.mark.skipif(
    importlib.util.find_spec("pillow_heif") is None, reason="pillow-heif is not installed"
)
needs_avif = pytest.mark.skipif(
    "avif" not in features.modules or not features.check("avif"),
    reason="this Pillow has no AVIF",
)


@pytest.mark.parametrize("kind", WHOLE)
@pytest.mark.parametrize("share", [0.02, 0.1, 0.3, 0.5, 0.7, 0.9])
def test_a_truncated_file_is_refused_without_noise(kind, share, capfd):
    data = WHOLE[kind]
    with pytest.raises(PhotoUnreadable) as raised:
        load_photo(data[: int(share * len(data))])
    assert "\n" not in str(raised.value)
    assert ";" in raised.value.reason or "not an image" in raised.value.reason
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize("kind", WHOLE)
@given(share=st.floats(0, 1))
@settings(max_examples=40, deadline=None)
def test_a_cut_file_is_refused_or_decodes_as_the_whole(kind, share):
    data = WHOLE[kind]
    outcome = load_or_error(data[: round(share * len(data))])
    if not isinstance(outcome, PhotoUnreadable):
        assert np.array_equal(outcome.pixels, load_photo(data).pixels)


@given(st.sampled_from(MAGICS), st.binary(max_size=400))
@settings(max_examples=400, deadline=None)
def test_random_bytes_are_a_photo_or_one_clear_line(magic, data):
    outcome = load_or_error(magic + data)
    if isinstance(outcome, PhotoError):
        assert "\n" not in str(outcome)
        assert len(str(outcome)) < 300


@pytest.mark.parametrize("kind", WHOLE)
@given(position=st.floats(0, 1, exclude_max=True), value=st.integers(0, 255))
@settings(max_examples=60, deadline=None)
def test_one_wrong_byte_is_survived_or_refused(kind, position, value):
    data = bytearray(WHOLE[kind])
    data[int(position * len(data))] = value
    outcome = load_or_error(bytes(data), limits=Limits(max_pixels=1_000_000))
    assert isinstance(outcome, PhotoError) or outcome.pixels.shape[2] == 3


def jpeg_claiming(width: int, height: int) -> bytes:
    data = encode(picture(), "JPEG")
    at = data.index(b"\xff\xc0") + 5
    return data[:at] + struct.pack(">HH", height, width) + data[at + 4 :]


def webp_claiming(width: int, height: int) -> bytes:
    body = b"\0\0\0\0" + (width - 1).to_bytes(3, "little") + (height - 1).to_bytes(3, "little")
    chunks = b"VP8X" + struct.pack("<I", 10) + body + encode(picture(), "WEBP")[12:]
    return b"RIFF" + struct.pack("<I", len(chunks) + 4) + b"WEBP" + chunks


def gif_claiming(width: int, height: int) -> bytes:
    data = encode(picture(), "GIF")
    return data[:6] + struct.pack("<HH", width, height) + data[10:]


def bmp_claiming(width: int, height: int) -> bytes:
    data = encode(picture(), "BMP")
    return data[:18] + struct.pack("<ii", width, height) + data[26:]


BOMBS = {
    "PNG": png(60_000, 60_000, 8, 2, bytes(10_000)),
    "JPEG": jpeg_claiming(60_000, 60_000),
    "WEBP": webp_claiming(16_000, 16_000),
    "GIF": gif_claiming(60_000, 60_000),
    "BMP": bmp_claiming(60_000, 60_000),
    "TIFF": tiff(b"\0" * 100, 60_000, 60_000, bits=8),
}


def peak_memory() -> int:
    """Bytes that this process has had at most, with those of C code; 0 on Windows."""
    try:
        import resource
    except ImportError:
        return 0
    unit = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit


@pytest.mark.parametrize("kind", BOMBS)
def test_a_small_file_that_claims_a_huge_picture_costs_no_memory(kind):
    before = peak_memory()
    tracemalloc.start()
    try:
        with pytest.raises(PhotoTooLarge, match="megapixels"):
            load_photo(BOMBS[kind])
        assert tracemalloc.get_traced_memory()[1] < 4_000_000
    finally:
        tracemalloc.stop()
    assert peak_memory() - before < 64_000_000


def test_the_message_names_limit_and_size():
    with pytest.raises(PhotoTooLarge) as raised:
        load_photo(BOMBS["PNG"])
    assert str(raised.value) == (
        "<bytes>: has 3,600.0 megapixels (60000 × 60000), over the limit of 150.0; "
        "make it smaller or raise Limits.max_pixels"
    )


def test_the_pixel_limit_is_exact():
    data = encode(picture(40, 30), "PNG")
    assert load_photo(data, limits=Limits(max_pixels=1200)).width == 40
    for image in (data, encode(picture(40, 30), "JPEG"), picture(40, 30), Image.new("L", (40, 30))):
        with pytest.raises(PhotoTooLarge):
            load_photo(image, limits=Limits(max_pixels=1199))


def test_pillows_own_limit_neither_warns_nor_decides(monkeypatch):
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 700)  # the pictures have 1200
    for kind in ("PNG", "JPEG", "BMP", "WEBP"):
        assert load_photo(encode(picture(), kind)).pixels.shape == (30, 40, 3)
    for kind in ("TIFF", "GIF"):  # these ask Pillow's limit whatever one does
        with pytest.raises(PhotoTooLarge, match=r"PIL\.Image\.MAX_IMAGE_PIXELS"):
            load_photo(encode(picture(), kind))
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 100)
    outcome = load_or_error(encode(picture(), "WEBP"))  # newer versions check there too
    assert not isinstance(outcome, PhotoError) or "Pillow's own limit" in outcome.reason


@pytest.mark.parametrize("kind", ["JPEG", "PNG"])
@pytest.mark.parametrize(
    ("size", "side", "expected"),
    [
        ((640, 400), 640, (640, 400)),
        ((640, 400), 639, (320, 200)),
        ((641, 401), 640, (321, 201)),
        ((640, 400), 100, (80, 50)),
        ((640, 400), 30, (20, 13)),
        ((400, 640), 320, (200, 320)),
    ],
)
def test_large_photos_are_decoded_smaller(kind, size, side, expected):
    whole = picture(*size)
    photo = load_photo(encode(whole, kind), limits=Limits(full_side=side))
    assert (photo.pixels.shape[1], photo.pixels.shape[0]) == expected
    assert (photo.width, photo.height) == size
    factor = Limits(full_side=side).reduction(*size)
    assert photo.scale == factor
    rest = [(0, expected[i] * factor - size[i]) for i in (1, 0)]
    full = np.pad(whole, (*rest, (0, 0)), "edge").astype(float)
    blocks = full.reshape(expected[1], factor, expected[0], factor, 3).mean((1, 3))
    assert abs(photo.pixels - blocks).mean() < 5


@pytest.mark.parametrize("kind", ["JPEG", "PNG"])
@pytest.mark.parametrize("size", [(33, 1000), (1000, 33), (999, 501)])
def test_coordinates_lead_back_to_full_size(kind, size):
    whole = np.zeros((size[1], size[0], 3), np.uint8)
    x, y = size[0] // 16 * 12, size[1] // 16 * 12
    whole[y:, x:] = 255
    photo = load_photo(encode(whole, kind, quality=95), limits=Limits(full_side=128))
    bright = photo.pixels[..., 0] > 127
    assert np.flatnonzero(bright.any(0))[0] * photo.scale == pytest.approx(x, abs=photo.scale)
    assert np.flatnonzero(bright.any(1))[0] * photo.scale == pytest.approx(y, abs=photo.scale)


def test_a_turned_photo_is_decoded_smaller_too():
    data = encode(picture(640, 400), "JPEG", exif=exif_with(6))
    photo = load_photo(data, limits=Limits(full_side=320))
    assert photo.pixels.shape == (320, 200, 3)
    assert (photo.width, photo.height, photo.scale) == (400, 640, 2.0)


@pytest.mark.parametrize("kind", WHOLE)
@pytest.mark.parametrize("size", [(1, 1), (1, 5), (3, 1), (2, 2)])
def test_the_smallest_pictures(kind, size):
    pixels = np.full((size[1], size[0], 3), 64, np.uint8)
    shown = load_photo(encode(pixels, kind)).pixels
    assert shown.shape == pixels.shape
    assert abs(shown.astype(int) - 64).max() <= 2


def test_nothing_and_other_things_are_refused():
    with pytest.raises(PhotoUnreadable, match="<bytes>: is empty"):
        load_photo(b"")
    for data in (b"hello", b"%PDF-1.7", b"%!PS-Adobe-3.0 EPSF-3.0", b"8BPS\0\1", bytes(99)):
        with pytest.raises(PhotoUnreadable, match=r"is not an image kith reads \(JPEG, PNG"):
            load_photo(data)
    with pytest.raises(PhotoUnreadable, match="is a film"):
        load_photo(b"\0\0\0\x18ftypisom\0\0\2\0isommp41" + bytes(50))


def test_a_checksum_that_is_wrong_is_refused():
    data = WHOLE["PNG"]
    at = data.index(b"IDAT") + 20
    wrong = data[:at] + bytes([data[at] ^ 0x55]) + data[at + 1 :]
    with pytest.raises(PhotoUnreadable, match="copy it again"):
        load_photo(wrong)


def test_a_text_bomb_in_a_png_is_refused():
    text = b"zTXt"
    content = b"Comment\0\0" + zlib.compress(bytes(80_000_000), 9)
    chunk = struct.pack(">I", len(content)) + text + content
    chunk += struct.pack(">I", zlib.crc32(text + content))
    data = WHOLE["PNG"]
    with pytest.raises(PhotoUnreadable):
        load_photo(data[:33] + chunk + data[33:])


def test_the_first_frame_of_an_animation():
    frames = [Image.fromarray((picture(seed=seed) // 64 * 64).astype(np.uint8)) for seed in (0, 1)]
    for kind, options in (("GIF", {}), ("PNG", {}), ("WEBP", {"lossless": True})):
        data = encode(frames[0], kind, save_all=True, append_images=frames[1:], **options)
        assert np.array_equal(load_photo(data).pixels, np.asarray(frames[0])), kind


def test_many_threads_decode_what_one_does():
    files = [*WHOLE.values(), encode(picture(), "JPEG"), BOMBS["PNG"], b"junk"] * 12

    def outcome(data: bytes) -> bytes | str:
        result = load_or_error(data)
        return str(result) if isinstance(result, PhotoError) else result.pixels.tobytes()

    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(outcome, files)) == [outcome(data) for data in files]


@needs_avif
@pytest.mark.parametrize("value", [1, 6, 7])
def test_avif(value):
    data = encode(picture(64, 48), "AVIF", quality=95, exif=exif_with(value))
    upright = np.asarray(
        load_photo(encode(picture(64, 48), "PNG", exif=exif_with(value))).pixels, int
    )
    assert abs(load_photo(data).pixels - upright).mean() < 4


@needs_avif
def test_avif_truncated():
    data = encode(picture(64, 48), "AVIF")
    with pytest.raises(PhotoUnreadable):
        load_photo(data[: len(data) // 2])


@needs_heif
def test_heic():
    import pillow_heif

    if not pillow_heif.libheif_info()["HEIF"]:
        pytest.skip("this pillow-heif cannot write HEIC")
    image = pillow_heif.from_pillow(Image.fromarray(picture(64, 48)))
    file = io.BytesIO()
    image.save(file, quality=95)
    data = file.getvalue()
    photo = load_photo(data)
    assert abs(photo.pixels.astype(int) - picture(64, 48)).mean() < 4
    with pytest.raises(PhotoTooLarge):
        load_photo(data, limits=Limits(max_pixels=64 * 48 - 1))
    with pytest.raises(PhotoUnreadable):
        load_photo(data[: len(data) // 2])


def test_heic_without_its_reader_names_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "pillow_heif", None)
    with pytest.raises(PhotoUnreadable, match=r'pip install "kith\[heif\]"'):
        load_photo(b"\0\0\0\x18ftypheic\0\0\0\0mif1heic" + bytes(50))


def test_avif_without_its_reader_names_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "PIL.AvifImagePlugin", None)
    monkeypatch.delattr("PIL.AvifImagePlugin", raising=False)
    with pytest.raises(PhotoUnreadable, match=r"pillow>=11\.3"):
        load_photo(b"\0\0\0\x1cftypmif1\0\0\0\0mif1avifmiaf" + bytes(50))
