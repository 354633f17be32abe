"""What the answers look like, for OpenAPI; they themselves are made by `kith.shapes`."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

Numbers = Annotated[list[float], Field(min_length=4, max_length=4)]
Point = Annotated[list[float], Field(min_length=2, max_length=2)]
Verdict = Literal["match", "unknown", "ambiguous", "no_face", "low_quality"]


class Shape(BaseModel):
    """An object with these keys and no others; later versions may have more."""

    model_config = ConfigDict(extra="forbid")


class Mask(Shape):
    """How a face wears a mask, and how probable that is, 0–1."""

    state: Literal["none", "worn", "wrong"] = Field(description="wrong: the nose is free")
    score: float


class Face(Shape):
    """A face: where it is, in pixels, and how good it is, 0–1."""

    box: Numbers = Field(description="x, y, width, height")
    landmarks: Annotated[list[Point], Field(min_length=5, max_length=5)]
    score: float
    quality: float | None = None
    quality_parts: dict[str, float] | None = None
    mask: Mask | None = None


class Candidate(Shape):
    """A person and how similar a face is to them (cosine)."""

    name: str
    similarity: float


class NamedFace(Face):
    """A face, and who it is."""

    verdict: Verdict
    name: str | None
    similarity: float | None
    threshold: float
    probability: float | None
    candidates: list[Candidate]
    masks: str | None
    reason: str | None


class Class(Shape):
    """Somebody a network was trained on."""

    name: str
    probability: float
    label: str
    raw: str


class ClassedFace(Face):
    """A face, and whom it looks like; a head of the user's own says when it is nobody it knows."""

    top: list[Class]
    verdict: Literal["match", "unknown", "low_quality"] | None = None
    name: str | None = None
    similarity: float | None = None
    threshold: float | None = None
    reason: str | None = None


class Promise(Shape):
    """What a calibrated threshold promises."""

    fmr: float
    fpir: float | None
    created: str
    fingerprint: str
    people: int
    gallery: int | None
    extrapolated: bool


class Detected(Shape):
    """The faces of a photo."""

    source: str
    width: int
    height: int
    faces: list[Face]


class Identified(Shape):
    """The faces of a photo, and who they are."""

    source: str
    width: int
    height: int
    faces: list[NamedFace]
    verdict: Literal["no_face"] | None = None
    calibration: Promise | None


class Classified(Shape):
    """The faces of a photo, and whom they look like."""

    source: str
    width: int
    height: int
    faces: list[ClassedFace]
    verdict: Literal["no_face"] | None = None


class Verified(Shape):
    """Whether two photos show the same person."""

    verdict: Verdict
    same: bool | None
    similarity: float | None
    distance: float | None
    euclidean: float | None
    threshold: float
    probability: float | None
    calibration: Promise | None
    detector: str
    embedder: str
    a: Face | None
    b: Face | None
    masks: str | None
    reason: str | None


class Person(Shape):
    """A person in a list."""

    name: str
    photos: int
    faces: int
    outliers: int
    created: str
    thumbnail: bool


class People(Shape):
    """A page of the list."""

    people: list[Person]
    next: str | None


class KeptFace(Shape):
    """A face that is kept of a person."""

    box: Numbers
    score: float
    quality: float | None
    similarity: float
    outlier: bool
    mask: Literal["none", "worn", "wrong"] | None = None


class KeptPhoto(Shape):
    """A photo, or a film, that stands for a person; the picture itself is not kept."""

    digest: str
    source: str
    added: str
    faces: list[KeptFace]


class PersonDetail(Shape):
    """What is kept of a person."""

    name: str
    created: str
    outliers: int
    photos: list[KeptPhoto]
    thumbnail: bool


class Remark(Shape):
    """A photo, and what is the matter with it."""

    source: str
    reason: str


class Conflict(Shape):
    """A photo that stands for somebody else."""

    source: str
    person: str


class Enrolled(BaseModel):
    """What became of the photos of a person."""

    name: str
    added: int
    faces: int
    already: int
    several: list[str]
    rejected: list[Remark]
    conflicts: list[Conflict]
    outliers: list[str]
    mixed: bool
    poor: list[Remark]
    all_poor: bool
    masked: list[str] = Field(description="of these photos every face wears a mask")


class Renamed(Shape):
    """A person's new name and the one before."""

    name: str
    was: str


class Merged(Shape):
    """Who is known now, and what was moved."""

    name: str
    merged: str
    photos: int
    duplicates: int


class Forgotten(Shape):
    """What was removed, and whether the file's free pages were wiped too."""

    name: str
    photos: int
    faces: int
    scrubbed: bool


class Allowed(Shape):
    """How much may be sent."""

    body_bytes: int
    photo_pixels: int
    photos: int
    frame_bytes: int
    frame_pixels: int
    sessions: int


class Status(Shape):
    """What the server runs, and what it allows."""

    version: str
    people: int
    detector: str
    embedder: str
    device: str
    key: bool
    threshold: float
    no_mask: bool = Field(description="whether faces with a mask are given no name")
    limits: Allowed


class Health(Shape):
    """That the server is up."""

    status: Literal["ok"]
