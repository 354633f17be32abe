"""What OpenAPI says of bodies that are read by hand, and of answers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pydantic import BaseModel

_FILE = {"type": "string", "format": "binary"}
_ERROR = {
    "type": "object",
    "required": ["error"],
    "properties": {
        "error": {
            "type": "object",
            "required": ["code", "reason"],
            "properties": {
                "code": {"type": "string", "description": "One word, for programs."},
                "reason": {"type": "string", "description": "One line, for people."},
            },
        }
    },
}
_ERRORS = {
    400: "The request cannot be understood.",
    401: "A key is needed, or this one is wrong.",
    403: "Not from here: another site's page, another host, or a gallery only for reading.",
    404: "There is nobody, or nothing, of this name.",
    408: "The body did not arrive in time.",
    409: "Somebody else has this name, or the gallery is of another kind.",
    413: "Too large.",
    415: "Not of a type that can be read.",
    422: "Understood, but not to be done: the reason says why.",
    429: "Too often: see Retry-After.",
    500: "A mistake in kith.",
    503: "Too busy, or not usable now: see Retry-After.",
}


def errors(*codes: int) -> dict[int | str, dict[str, Any]]:
    """Return the errors that an operation may answer with; those that all may come by themselves.

    Args:
        codes: of this operation.
    """
    return {
        code: {"description": _ERRORS[code], "content": {"application/json": {"schema": _ERROR}}}
        for code in sorted({400, 401, 403, 408, 413, 422, 429, 500, 503, *codes})
    }


def answers(model: type[BaseModel], *codes: int) -> dict[int | str, dict[str, Any]]:
    """Return what an operation may answer.

    Args:
        model: of the answer where all went well.
        codes: of errors, besides those that all have.
    """
    return {200: {"description": _words(model), "model": model}, **errors(*codes)}


def photo(model: type[BaseModel]) -> dict[str, Any]:
    """Return how one photo is sent: as the body itself or in a form."""
    form = {"type": "object", "required": ["photo"], "properties": {"photo": _FILE}}
    content = {
        "multipart/form-data": {"schema": form},
        "image/jpeg": {"schema": _FILE},
        "image/png": {"schema": _FILE},
        "image/webp": {"schema": _FILE},
    }
    return _operation(model, content, 415)


def two_photos(model: type[BaseModel]) -> dict[str, Any]:
    """Return how two photos are sent."""
    form = {"type": "object", "required": ["a", "b"], "properties": {"a": _FILE, "b": _FILE}}
    return _operation(model, {"multipart/form-data": {"schema": form}}, 415)


AT_NAME = {
    "parameters": [
        {
            "name": "name",
            "in": "path",
            "required": True,
            "schema": {"type": "string", "minLength": 1},
            "description": "Of the person; a slash in it is sent as %2F.",
        }
    ]
}


def other(kind: str, answer: str, *codes: int) -> dict[int | str, dict[str, Any]]:
    """Return the answers of an operation that are of another type than JSON.

    Args:
        kind: their type.
        answer: what it is.
        codes: of the errors.
    """
    schema = {"schema": {"type": "string", "format": "binary"}}
    return {200: {"description": answer, "content": {kind: schema}}, **errors(*codes)}


def enrolment(model: type[BaseModel]) -> dict[str, Any]:
    """Return how a person's photos are sent."""
    form = {
        "type": "object",
        "required": ["photos"],
        "properties": {
            "photos": {"type": "array", "items": _FILE, "minItems": 1},
            "box": {
                "type": "string",
                "description": "x,y,w,h: which face of a single photo, in its pixels.",
            },
            "strict": {"type": "string", "enum": ["0", "1"], "description": "1: no poor faces."},
        },
    }
    operation = _operation(model, {"multipart/form-data": {"schema": form}}, 409, 415)
    operation["openapi_extra"] |= AT_NAME
    return operation


def _operation(model: type[BaseModel], content: dict[str, Any], *codes: int) -> dict[str, Any]:
    return {
        "openapi_extra": {"requestBody": {"required": True, "content": content}},
        "responses": answers(model, *codes),
    }


def _words(model: type[BaseModel]) -> str:
    return (model.__doc__ or "").splitlines()[0]
