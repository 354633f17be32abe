"""Which of Pillow's plugins reads a file: told by its first bytes, never by its name."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PIL.BmpImagePlugin import BmpImageFile
from PIL.GifImagePlugin import GifImageFile
from PIL.JpegImagePlugin import JpegImageFile
from PIL.PngImagePlugin import PngImageFile
from PIL.TiffImagePlugin import TiffImageFile
from PIL.WebPImagePlugin import WebPImageFile

from kith.errors import PhotoUnreadable
from kith.media import jpeg

if TYPE_CHECKING:
    from PIL import ImageFile

FORMATS = "JPEG, PNG, WebP, BMP, TIFF, GIF, HEIC, AVIF"

_AVIF_BRANDS = {b"avif", b"avis"}
_HEIC_BRANDS = {b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1"}


def plugin_for(data: bytes, source: str) -> type[ImageFile.ImageFile]:
    """Return the plugin that reads a file.

    Raises:
        PhotoUnreadable: no format that kith reads, or one whose optional reader is missing.
    """
    match data[:4]:
        case b"\x89PNG":
            return PngImageFile
        case b"GIF8":
            return GifImageFile
        case b"RIFF" if data[8:12] == b"WEBP":
            return WebPImageFile
        case b"II*\x00" | b"MM\x00*" | b"II+\x00" | b"MM\x00+":
            return TiffImageFile
        case _ if data.startswith(jpeg.MAGIC):
            return JpegImageFile
        case _ if data.startswith(b"BM"):
            return BmpImageFile
        case _ if data[4:8] == b"ftyp":
            return _iso_plugin(data, source)
    raise PhotoUnreadable(source, f"is not an image kith reads ({FORMATS})")


def claimed_size(data: bytes) -> tuple[int, int] | None:
    """Width and height of a WebP; None for the others, whose plugins only read the header first.

    WebP's plugin makes room for the whole picture as soon as it is called. The layout is that of
    RFC 9649.
    """
    if data[:4] != b"RIFF" or len(data) < 30:
        return None
    match data[12:16]:
        case b"VP8X":
            return _little(data[24:27]) + 1, _little(data[27:30]) + 1
        case b"VP8L":
            bits = _little(data[21:25])
            return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
        case b"VP8 ":
            return _little(data[26:28]) & 0x3FFF, _little(data[28:30]) & 0x3FFF
    return None


def _little(data: bytes) -> int:
    return int.from_bytes(data, "little")


def _iso_plugin(data: bytes, source: str) -> type[ImageFile.ImageFile]:
    """The plugin for HEIC or AVIF: both come in the same container and differ by their brands."""
    box = data[: min(int.from_bytes(data[:4], "big"), 256)]
    brands = {box[8:12], *(box[i : i + 4] for i in range(16, len(box) - 3, 4))}
    if brands & _AVIF_BRANDS:
        return _avif_plugin(source)
    if brands & _HEIC_BRANDS:
        return _heic_plugin(source)
    raise PhotoUnreadable(source, f"is a film, not an image kith reads ({FORMATS})")


def _avif_plugin(source: str) -> type[ImageFile.ImageFile]:
    try:
        from PIL import AvifImagePlugin

        supported = AvifImagePlugin.SUPPORTED
    except ImportError:  # Pillow before 11.3
        supported = False
    if not supported:
        raise PhotoUnreadable(source, 'is AVIF, which needs: pip install "pillow>=11.3"')
    return AvifImagePlugin.AvifImageFile


def _heic_plugin(source: str) -> type[ImageFile.ImageFile]:
    try:
        from pillow_heif import HeifImageFile
    except ImportError:
        raise PhotoUnreadable(source, 'is HEIC, which needs: pip install "kith[heif]"') from None
    plugin: type[ImageFile.ImageFile] = HeifImageFile
    return plugin
