"""What can be asked of photos: where faces are, who they are, whom they look like."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Annotated, Any

from fastapi import APIRouter, Query, Request
from fastapi.responses import JSONResponse

from kith import shapes
from kith.errors import printable
from kith.server import described, schemas
from kith.server.uploads import Upload, charge, read_form, read_photo

if TYPE_CHECKING:
    from kith.server.engine import Engine
    from kith.types import PhotoFaces

router = APIRouter(prefix="/v1", tags=["photos"])

MOST_CANDIDATES = 100

Top = Annotated[int, Query(ge=1, le=MOST_CANDIDATES, description="Candidates in each answer.")]
Threshold = Annotated[
    float | None,
    Query(
        ge=-1,
        le=1,
        allow_inf_nan=False,
        description="Least similarity of a match; without it the one that was calibrated or "
        "measured for the network.",
    ),
]


@router.post("/detect", **described.photo(schemas.Detected))
async def detect(request: Request) -> JSONResponse:
    """Find the faces of a photo."""
    engine: Engine = request.app.state.engine
    charge(request)
    upload = await read_photo(request)

    def work() -> dict[str, Any]:
        photo = _named(engine.recognizer.describe(upload.data, embed=False), upload)
        return shapes.photo_head(photo) | {"faces": [shapes.face(one) for one in photo.faces]}

    return JSONResponse(await engine.photos(work))


@router.post("/identify", **described.photo(schemas.Identified))
async def identify(request: Request, top: Top = 5, threshold: Threshold = None) -> JSONResponse:
    """Say who is on a photo: a name, or why there is none."""
    engine: Engine = request.app.state.engine
    charge(request)
    upload = await read_photo(request)
    limit = engine.threshold if threshold is None else threshold
    return JSONResponse(await engine.photos(partial(_identified, engine, upload, top, limit)))


@router.post("/verify", **described.two_photos(schemas.Verified))
async def verify(request: Request, threshold: Threshold = None) -> JSONResponse:
    """Say whether two photos show the same person; of several faces the largest central one."""
    engine: Engine = request.app.state.engine
    charge(request, 2)
    form = await read_form(request, photos=2)
    a, b = form.one("a"), form.one("b")
    limit = engine.threshold if threshold is None else threshold

    def work() -> dict[str, Any]:
        return shapes.verification(engine.people.verify(a.data, b.data, threshold=limit))

    return JSONResponse(await engine.photos(work))


@router.post("/classify", **described.photo(schemas.Classified))
async def classify(
    request: Request,
    model: Annotated[
        str, Query(max_length=100, description="A network with a classifier, or a head.")
    ] = "vggface2-resnet50",
    top: Top = 5,
) -> JSONResponse:
    """Name faces after the celebrities that a network was trained on, or the people of a head.

    A network always names somebody; a head of the server's own says when it is nobody it knows.
    """
    engine: Engine = request.app.state.engine
    charge(request)
    upload = await read_photo(request)

    def work() -> dict[str, Any]:
        [found] = engine.classifier(model).stream([upload.data], top)
        return shapes.classes(replace(found, photo=_named(found.photo, upload)))

    return JSONResponse(await engine.photos(work))


def _identified(
    engine: Engine, upload: Upload, top: int, threshold: float | None
) -> dict[str, Any]:
    [seen] = engine.people.identify_stream([upload.data], top=top, threshold=threshold)
    photo = _named(seen.photo, upload)
    faces = [
        shapes.face(one.face) | shapes.answer(one) for one in seen.answers if one.face is not None
    ]
    verdict = {} if faces else {"verdict": "no_face"}
    promised = {"calibration": shapes.promise(seen.calibration)}
    return shapes.photo_head(photo) | {"faces": faces} | verdict | promised


def _named(photo: PhotoFaces, upload: Upload) -> PhotoFaces:
    """Return what was found under the name its sender gave the photo.

    Raises:
        PhotoError: it cannot be read.
    """
    if photo.failure is not None:
        raise photo.failure
    return replace(photo, source=printable(upload.name))
