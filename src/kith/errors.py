"""Everything kith raises on purpose.

    KithError
    ├── InputError                what the caller handed in cannot be used
    │   ├── PhotoError            a photo cannot be read
    │   │   ├── PhotoNotFound
    │   │   ├── PhotoTooLarge     over the byte or pixel limit, found before decoding
    │   │   └── PhotoUnreadable   empty, truncated, not an image, not permitted
    │   │       └── FilmUnreadable    a film, a camera or a stream that cannot be read
    │   ├── NoPhotos              a folder or list holds no photo at all
    │   ├── ProtocolError         pairs, people or probes that nothing can be measured on
    │   ├── InvalidName           a person's name that cannot be kept
    │   └── OptionError           an option with a value outside its range
    ├── ModelError
    │   ├── UnknownModel
    │   ├── ModelUnavailable      no source delivered the weights
    │   ├── ModelCorrupt          the bytes are not the ones the card names
    │   ├── WeightsUnreadable     a weight file that is damaged or of another network
    │   ├── LicenceNotAccepted
    │   ├── LicenceForbidsDerivatives
    │   └── DeviceUnavailable
    ├── GalleryError
    │   ├── GalleryUnreadable     not a gallery, corrupt, not permitted
    │   ├── GalleryTooNew         written by a newer kith
    │   ├── GalleryBusy           another process holds the lock for too long
    │   ├── GalleryReadOnly
    │   ├── GalleryFull           no space left on the disk
    │   ├── ContractMismatch      embeddings that must not be compared
    │   ├── UnknownPerson
    │   └── PersonExists
    ├── EnrolmentError            a photo that cannot stand for a person
    ├── TrainingError
    │   ├── TrainingDiverged      a loss that is no number any more
    │   └── TrainingUnreadable    a checkpoint that is damaged or of another training
    ├── OutputError           a file that cannot be written: disk full, not permitted
    ├── NotOffered             what a drop-in module's original can do and kith cannot
    └── MissingExtra              an optional part of kith is not installed

Every message is one line that says what is wrong and how to mend it: the command prints it as it
is. A message never holds a face or an embedding.
"""

from __future__ import annotations


class KithError(Exception):
    """Base of all errors that kith raises on purpose."""


class InputError(KithError):
    """What the caller handed in cannot be used."""


class PhotoError(InputError):
    """A photo cannot be read.

    Attributes:
        source: where the photo came from, as given (a path, or a word such as ``<bytes>``).
        reason: what is wrong and how to mend it, without the source.
    """

    def __init__(self, source: str, reason: str) -> None:
        super().__init__(f"{printable(source)}: {reason}")
        self.source = source
        self.reason = reason

    def __reduce__(self) -> tuple[type[PhotoError], tuple[str, str]]:
        return type(self), (self.source, self.reason)


class PhotoNotFound(PhotoError):
    """There is no file at this path."""


class PhotoTooLarge(PhotoError):
    """Over the limit of bytes or pixels; found before anything was decoded."""


class PhotoUnreadable(PhotoError):
    """Empty, truncated, not an image, or not permitted."""


class FilmUnreadable(PhotoUnreadable):
    """A film, a camera or a stream that cannot be read."""


class NoPhotos(InputError):
    """A folder or a list holds no photo at all."""


class ProtocolError(InputError):
    """Pairs, people or probes that nothing can be measured on; the message names file and line."""


class InvalidName(InputError):
    """A person's name that cannot be kept."""


class OptionError(InputError):
    """An option with a value outside its range."""


class ModelError(KithError):
    """A network cannot be used."""


class UnknownModel(ModelError):
    """No card has this id."""


class ModelUnavailable(ModelError):
    """No source delivered the weights; the message names every source tried."""


class ModelCorrupt(ModelError):
    """The bytes are not the ones the card names."""


class WeightsUnreadable(ModelError):
    """A weight file that is damaged, hostile, or of another network; names layer and shapes."""


class LicenceNotAccepted(ModelError):
    """The weights are under a licence that the user has to accept first."""


class LicenceForbidsDerivatives(ModelError):
    """Weights under a licence by which nothing may be made of them."""


class DeviceUnavailable(ModelError):
    """The asked device is not there; kith never falls back to another by itself."""


class GalleryError(KithError):
    """A gallery cannot do what was asked."""


class GalleryUnreadable(GalleryError):
    """Not a gallery, corrupt, or not permitted."""


class GalleryTooNew(GalleryError):
    """Written by a newer version of kith."""


class GalleryBusy(GalleryError):
    """Another process held the write lock for too long."""


class GalleryReadOnly(GalleryError):
    """The file, its folder or the connection does not permit writing."""


class GalleryFull(GalleryError):
    """No space is left on the disk; nothing of the change was kept."""


class ContractMismatch(GalleryError):
    """Embeddings of different contracts, which must never be compared."""


class UnknownPerson(GalleryError):
    """Nobody in the gallery has this name."""


class PersonExists(GalleryError):
    """Somebody else in the gallery already has this name."""


class EnrolmentError(KithError):
    """A photo that cannot stand for a person: no face, several faces, too poor."""


class TrainingError(KithError):
    """A network cannot be trained any further."""


class TrainingDiverged(TrainingError):
    """Loss or gradient is no finite number; the message names the batch."""


class TrainingUnreadable(TrainingError):
    """What is kept of a training cannot be gone on from: damaged, or of another one."""


class OutputError(KithError):
    """A file that cannot be written; nothing of it was kept."""


class NotOffered(KithError):
    """What a drop-in module's original can do and kith cannot; the message says what can."""


class MissingExtra(KithError):
    """An optional part of kith is not installed; the message names the extra."""


def printable(text: str, limit: int = 200) -> str:
    """Return text that is safe on one terminal line: no control characters, bounded length."""
    shown = "".join(
        character if character.isprintable() else repr(character)[1:-1] for character in text
    )
    return shown if len(shown) <= limit else f"{shown[: limit - 1]}…"
