"""What is known of one network: a model card, read by everything that runs it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True)
class Licence:
    """Under what terms weights may be used.

    Attributes:
        name: the licence's usual short name.
        commercial: False where commercial use is excluded; such weights run only after the user
            has accepted the licence.
        url: where the terms stand.
        note: what the licence restricts, in one line.
        derivatives: False where changed weights may not be made; nothing is trained from such.
    """

    name: str
    commercial: bool
    url: str
    note: str
    derivatives: bool = True


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


@dataclass(frozen=True, slots=True)
class Shipped:
    """A source: a file that lies in kith itself.

    Attributes:
        path: below the package's folder.
    """

    path: str


Source: TypeAlias = Url | PackageMember | Shipped


@dataclass(frozen=True, slots=True)
class Weights:
    """The file of a network: its name, its only right content, and where it can be had.

    Attributes:
        file: name in the store.
        sha256: hexadecimal; no other bytes are accepted. Empty where nobody has published it:
            then the first download's is recorded, and no other is accepted after that.
        size: in bytes; the largest that is accepted where the sha256 is not known.
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
        mean: one number, or one for each channel in that order.
        standardise: instead of mean and scale, each picture's own mean is taken off and the rest
            divided by its standard deviation (over all pixels and channels).
    """

    width: int
    height: int
    colour: Literal["RGB", "BGR"]
    mean: float | tuple[float, float, float]
    scale: float
    standardise: bool = False


@dataclass(frozen=True, slots=True)
class Threshold:
    """The similarity from which two faces count as the same person.

    Attributes:
        similarity: cosine, −1…1.
        fmr: false match rate at this similarity; None where nobody measured it.
        provenance: who measured it on what.
        interval: in which that rate lies for other people, at 95 %; None where nobody measured it.
    """

    similarity: float
    fmr: float | None
    provenance: str
    interval: tuple[float, float] | None = None


@dataclass(frozen=True, slots=True)
class Tradition:
    """The distance up to which a network's users take two faces for the same person.

    A number that is handed on, not measured: it stands beside the measured threshold, and is
    used only where there is none.

    Attributes:
        metric: ``cosine``: 1 − similarity; ``euclidean``: of unit vectors; ``euclidean_raw``: of
            the network's own numbers, as they are.
        distance: in that metric.
        provenance: where it comes from.
    """

    metric: Literal["cosine", "euclidean", "euclidean_raw"]
    distance: float
    provenance: str

    @property
    def threshold(self) -> Threshold | None:
        """The same as a similarity; None for raw numbers, which a similarity says nothing of."""
        if self.metric == "euclidean_raw":
            return None
        # |a − b|² = 2 − 2·a·b for unit vectors.
        cosine = self.metric == "cosine"
        similarity = 1 - (self.distance if cosine else self.distance**2 / 2)
        return Threshold(round(similarity, 6), None, f"traditional: {self.provenance}")


@dataclass(frozen=True, slots=True)
class Measured:
    """What a command of the repository measured of a network.

    Attributes:
        accuracy: of verification on LFW's development pairs, 0–1.
        tar: share of genuine pairs accepted at a false match rate of 1e-3, all pairs; 0–1.
        milliseconds: for one input on one thread; a detector: for a picture of 640×480.
        command: that prints them.
    """

    accuracy: float | None
    tar: float | None
    milliseconds: float
    command: str


@dataclass(frozen=True, slots=True)
class Variant:
    """Another way to use the same weights, named behind the id: ``vggface2-resnet50+tutorial``.

    Attributes:
        name: as it stands behind the plus sign.
        says: what it does, in a few words.
        crop: another crop recipe; empty: the card's.
        output: another output of the graph; empty: the card's.
        dimension: of that output; 0: the card's.
        input: another preprocessing; None: the card's.
    """

    name: str
    says: str
    crop: str = ""
    output: str = ""
    dimension: int = 0
    input: Input | None = None


@dataclass(frozen=True, slots=True)
class Origin:
    """How a model of the user's own came to be.

    Attributes:
        kind: what was trained: an embedder by triplets or by an angular margin, or a head.
        base: the model it began from, or the backbone that began at random.
        base_sha256: of that model's weights; empty where it began at random.
        fingerprint: sha256 over whose photos it learned from.
        people, photos: that it learned from.
        made: when, ISO 8601.
        settings: of the training.
        figures: what was measured on people held out, by name; None: not measured.
    """

    kind: Literal["triplet", "margin", "head"]
    base: str
    base_sha256: str
    fingerprint: str
    people: int
    photos: int
    made: str
    # Plain dictionaries, because asdict copies no others; they are left out of the hash.
    settings: Mapping[str, str | int | float | bool | None] = field(
        default_factory=dict, hash=False
    )
    figures: Mapping[str, float | int | None] = field(default_factory=dict, hash=False)


@dataclass(frozen=True, slots=True)
class ModelCard:
    """One network, described once.

    Attributes:
        id: the name users give it, such as ``sface``.
        task: what it does.
        title: its name in full.
        weights: the file of its numbers; the first, where it has several.
        paper: where its method is published.
        training_data: what it learned from, as far as its publisher says.
        more: the other files of a network that has several, such as a cascade.
        also: sha256 of other files that hold the same numbers, for users who have those.
        importer: which importer turns the file into ONNX; empty where it is ONNX.
        labels: the names of the classes; None for a network without a classifier.
        classes: how many the classifier tells apart; 0: it has none.
        classifier_file: the file that has the classifier, where `weights` has none.
        crop: the crop recipe it was trained with; empty for a detector.
        output: the graph's output that describes a face; empty: its only one.
        dimension: numbers in an embedding; 0 for a detector.
        threshold: where a person may start without measuring; None where nobody measured.
        mirror_threshold: the same for the mean of a crop's vector and its mirror image's.
        tradition: the distance that the network's users know; None: there is none.
        variants: other ways to use it.
        measured: accuracy and speed.
        notes: what else a user should know.
        confidence: what the network's own number (a detector's score, the length of an embedder's
            vector) says of a face, as pairs of number and 0–1, both rising, with even steps
            between them; empty where nobody measured it or it says little.
        embedder: of a head, the name of the embedder whose vectors it takes.
        reject: of a head, the least similarity of a face to the person it is taken for; below it
            nobody is named. None: it always names somebody.
        origin: of a model of the user's own, how it came to be.
    """

    id: str
    task: Literal["detection", "embedding", "landmarks", "masks", "head"]
    title: str
    weights: Weights
    licence: Licence
    input: Input
    paper: str
    training_data: str
    more: tuple[Weights, ...] = ()
    also: tuple[str, ...] = ()
    importer: str = ""
    labels: Weights | None = None
    classes: int = 0
    classifier_file: str = ""
    crop: str = ""
    output: str = ""
    dimension: int = 0
    threshold: Threshold | None = None
    mirror_threshold: Threshold | None = None
    tradition: Tradition | None = None
    variants: tuple[Variant, ...] = ()
    measured: Measured | None = None
    notes: str = ""
    confidence: tuple[tuple[float, float], ...] = ()
    embedder: str = ""
    reject: float | None = None
    origin: Origin | None = None

    @property
    def files(self) -> tuple[Weights, ...]:
        """Every file that the network needs to run."""
        return (self.weights, *self.more)


@dataclass(frozen=True, slots=True)
class Part:
    """One network of a fusion.

    Attributes:
        network: its card's id.
        weight: of its similarity in the whole, 0–1.
    """

    network: str
    weight: float


@dataclass(frozen=True, slots=True)
class Fusion:
    """Several networks as one embedder: its similarity is the weighted mean of theirs.

    Attributes:
        id: the name users give it, such as ``sface-retail``.
        title: its name in full.
        parts: two or more; their weights add up to 1.
        threshold: where a person may start without measuring; None where nobody measured.
        mirror_threshold: the same with both views.
        measured: accuracy and speed.
        notes: what else a user should know.
    """

    id: str
    title: str
    parts: tuple[Part, ...]
    threshold: Threshold | None = None
    mirror_threshold: Threshold | None = None
    measured: Measured | None = None
    notes: str = ""

    @property
    def model(self) -> str:
        """What a contract calls it: ``sface@0.5+retail-0095@0.5``."""
        return "+".join(f"{part.network}@{part.weight:g}" for part in self.parts)
