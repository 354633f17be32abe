"""Photos out of a request: the body itself, or the parts of a form."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from starlette.datastructures import UploadFile
from starlette.formparsers import MultiPartException, MultiPartParser

from kith.server.guard import CLIENT
from kith.server.refusal import Refused

if TYPE_CHECKING:
    from starlette.requests import Request

    from kith.server.access import Access

FIELDS = 10
"""Parts of a form that are no photos, at most."""

TEXT_BYTES = 4096
"""Of such a part."""

FORM = "multipart/form-data"


@dataclass(frozen=True, slots=True)
class Upload:
    """A photo as it came: what its sender calls it, and its bytes, not looked at yet."""

    name: str
    data: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Form:
    """The parts of a form: photos and texts by the name of their field, in order."""

    photos: dict[str, list[Upload]]
    texts: dict[str, str]

    def one(self, name: str) -> Upload:
        """Return the only photo in a field.

        Raises:
            Refused: there is none, or several.
        """
        found = self.photos.get(name, [])
        if len(found) != 1:
            reason = f"send one photo in the form's field {name!r}, not {len(found)}"
            raise Refused(400, "photo_missing" if not found else "too_many_photos", reason)
        return found[0]


def charge(request: Request, photos: int = 1) -> None:
    """Count photos against what this client may send; before they are read, where that can be.

    Raises:
        Refused: it sent too many lately.
    """
    access: Access = request.app.state.access
    access.charge_photos(request.scope[CLIENT], photos)


async def read_photo(request: Request) -> Upload:
    """Return the one photo of a request: its body, or the form's field ``photo``.

    Raises:
        Refused: there is none, or it is of another type.
    """
    kind = _kind(request)
    if kind == FORM:
        return (await read_form(request, photos=1)).one("photo")
    if not (kind.startswith("image/") or kind == "application/octet-stream"):
        raise _wrong_type(f"a photo (image/jpeg, image/png, …) or {FORM}")
    data = await request.body()
    if not data:
        raise Refused(400, "photo_missing", "the body is empty: send a photo")
    return Upload("photo", data)


async def read_form(request: Request, *, photos: int) -> Form:
    """Return the parts of a form, held in memory alone: photos are never written to a disk.

    Args:
        request: whose body is a form.
        photos: that it may hold at most.

    Raises:
        Refused: it is none, is broken, or holds too much.
    """
    if _kind(request) != FORM:
        raise _wrong_type(FORM)
    parser = _InMemory(
        request.headers,
        request.stream(),
        max_files=photos,
        max_fields=FIELDS,
        max_part_size=TEXT_BYTES,
    )
    try:
        parsed = await parser.parse()
    except MultiPartException as error:
        raise Refused(400, "invalid_form", f"the form cannot be read: {error.message}") from error
    uploads: dict[str, list[Upload]] = {}
    texts: dict[str, str] = {}
    for name, value in parsed.multi_items():
        if isinstance(value, UploadFile):
            data = await value.read()
            await value.close()
            uploads.setdefault(name, []).append(Upload(value.filename or "photo", data))
        else:
            texts[name] = value
    return Form(uploads, texts)


class _InMemory(MultiPartParser):
    """Never spills into a temporary file; the body's size is limited before it comes here."""

    spool_max_size = 1 << 62


def _kind(request: Request) -> str:
    return request.headers.get("content-type", "").partition(";")[0].strip().lower()


def _wrong_type(wanted: str) -> Refused:
    return Refused(415, "unsupported_type", f"send {wanted}, and say so in Content-Type")
