"""The people known: listed, shown, added to, renamed, merged, forgotten."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Annotated, Any
from urllib.parse import unquote_to_bytes

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import JSONResponse, Response
from pydantic import BaseModel, ConfigDict, Field

from kith import shapes
from kith.gallery.names import LONGEST, clean_name
from kith.server import described, schemas
from kith.server.enrolment import Wanted, enrol, parsed_box
from kith.server.refusal import Refused
from kith.server.uploads import charge, read_form

if TYPE_CHECKING:
    from kith.server.engine import Engine

router = APIRouter(prefix="/v1/people", tags=["people"])

MOST_PEOPLE = 500


def _person(request: Request) -> str:
    """Return the name in the path, which is matched as it was sent."""
    try:
        return clean_name(unquote_to_bytes(request.path_params["name"]).decode())
    except UnicodeDecodeError as error:
        raise Refused(400, "invalid_name", "the name in the address is not UTF-8") from error


Person = Annotated[str, Depends(_person)]
_AT_NAME: dict[str, Any] = {"openapi_extra": described.AT_NAME}


class NewName(BaseModel):
    """What a person is called from now on."""

    model_config = ConfigDict(extra="forbid")
    name: str = Field(max_length=4 * LONGEST)


class Other(BaseModel):
    """Who else this person is known as."""

    model_config = ConfigDict(extra="forbid")
    other: str = Field(max_length=4 * LONGEST)


@router.get("", responses=described.answers(schemas.People))
async def people(
    request: Request,
    after: Annotated[
        str | None, Query(max_length=4 * LONGEST, description="The last name of the page before.")
    ] = None,
    limit: Annotated[int, Query(ge=1, le=MOST_PEOPLE)] = 100,
) -> JSONResponse:
    """List people by name, a page at a time."""
    engine: Engine = request.app.state.engine
    return JSONResponse(await engine.files(partial(_page, engine, after, limit)))


@router.get("/{name}", responses=described.answers(schemas.PersonDetail, 404), **_AT_NAME)
async def show(request: Request, name: Person) -> JSONResponse:
    """Show what is kept of a person."""
    engine: Engine = request.app.state.engine

    def work() -> dict[str, Any]:
        detail = engine.people.show(name)
        return shapes.person_detail(detail) | {"thumbnail": detail.summary.thumbnail}

    return JSONResponse(await engine.files(work))


@router.patch("/{name}", responses=described.answers(schemas.Renamed, 404, 409), **_AT_NAME)
async def rename(request: Request, name: Person, wanted: NewName) -> JSONResponse:
    """Give a person another name."""
    engine: Engine = request.app.state.engine
    new = clean_name(wanted.name)
    await engine.files(lambda: engine.people.rename(name, new))
    return JSONResponse({"name": new, "was": name})


@router.delete("/{name}", responses=described.answers(schemas.Forgotten, 404), **_AT_NAME)
async def forget(request: Request, name: Person) -> JSONResponse:
    """Remove a person and everything that was kept of them."""
    engine: Engine = request.app.state.engine
    report = await engine.files(lambda: engine.people.forget(name))
    return JSONResponse(
        {
            "name": report.name,
            "photos": report.photos,
            "faces": report.faces,
            "scrubbed": report.scrubbed,
        }
    )


@router.post("/{name}/merge", responses=described.answers(schemas.Merged, 404, 409), **_AT_NAME)
async def merge(request: Request, name: Person, wanted: Other) -> JSONResponse:
    """Move the photos of another person to this one; the other is gone then."""
    engine: Engine = request.app.state.engine
    other = clean_name(wanted.other)
    report = await engine.files(lambda: engine.people.merge(name, other))
    return JSONResponse(
        {
            "name": report.into,
            "merged": other,
            "photos": report.photos,
            "duplicates": report.duplicates,
        }
    )


@router.get(
    "/{name}/thumbnail",
    response_class=Response,
    responses=described.other("image/jpeg", "JPEG, 112 × 112.", 404),
    **_AT_NAME,
)
async def thumbnail(request: Request, name: Person) -> Response:
    """Return a small picture of a person's face, as JPEG."""
    engine: Engine = request.app.state.engine
    picture = await engine.files(lambda: engine.people.thumbnail(name))
    if picture is None:
        raise Refused(404, "no_thumbnail", "no picture is kept of this person")
    return Response(picture, media_type="image/jpeg")


@router.post("/{name}/photos", **described.enrolment(schemas.Enrolled))
async def add_photos(request: Request, name: Person) -> JSONResponse:
    """Keep photos of a person, who is made if nobody has this name."""
    engine: Engine = request.app.state.engine
    charge(request)
    form = await read_form(request, photos=engine.limits.photos)
    photos = form.photos.get("photos", [])
    if not photos:
        raise Refused(400, "photo_missing", "send photos in the form's field 'photos'")
    charge(request, len(photos) - 1)
    strict = form.texts.get("strict", "0") not in ("", "0", "false")
    wanted = Wanted(parsed_box(form.texts.get("box"), len(photos)), strict)
    work = partial(enrol, engine.people, name, photos, wanted)
    return JSONResponse(await engine.photos(work))


def _page(engine: Engine, after: str | None, limit: int) -> dict[str, Any]:
    found = engine.people.store.people_after(after or "", limit + 1)
    shown = found[:limit]
    return {
        "people": [shapes.person(one) | {"thumbnail": one.thumbnail} for one in shown],
        "next": shown[-1].name if len(found) > limit else None,
    }
