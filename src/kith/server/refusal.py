"""From what went wrong to a status and one line of JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from starlette.responses import JSONResponse

from kith import errors

if TYPE_CHECKING:
    from kith.errors import KithError

_STATUS: tuple[tuple[type[KithError], int, str], ...] = (
    (errors.PhotoTooLarge, 413, "photo_too_large"),
    (errors.PhotoError, 422, "photo_unreadable"),
    (errors.InvalidName, 422, "invalid_name"),
    (errors.OptionError, 422, "invalid_option"),
    (errors.InputError, 422, "invalid_input"),
    (errors.EnrolmentError, 422, "not_enrolled"),
    (errors.UnknownPerson, 404, "unknown_person"),
    (errors.PersonExists, 409, "person_exists"),
    (errors.ContractMismatch, 409, "contract_mismatch"),
    (errors.GalleryReadOnly, 403, "gallery_read_only"),
    (errors.GalleryBusy, 503, "gallery_busy"),
    (errors.GalleryError, 503, "gallery_unusable"),
    (errors.UnknownModel, 422, "unknown_model"),
    (errors.LicenceNotAccepted, 403, "licence_not_accepted"),
    (errors.ModelError, 503, "model_unavailable"),
    (errors.MissingExtra, 503, "missing_extra"),
)
"""The first that fits counts: special ones before those they are of."""

RETRY_SECONDS = 2
LONGEST_REASON = 500


def photo_reason(error: errors.PhotoError) -> str:
    """Return why a photo is refused, without advice to raise a limit: that is the server's."""
    if not isinstance(error, errors.PhotoTooLarge):
        return error.reason
    found = error.reason.partition(";")[0].replace("over the limit", "over this server's limit")
    return f"{found}; make it smaller"


class Refused(Exception):
    """A request that is not done, and why.

    Attributes:
        status: of the response.
        code: one word for programs.
        reason: one line for people.
        retry_after: seconds after which to try again; None: that would not help.
        more: what else the JSON holds.
    """

    def __init__(
        self, status: int, code: str, reason: str, *, retry_after: int | None = None
    ) -> None:
        super().__init__(reason)
        self.status = status
        self.code = code
        self.reason = reason
        self.retry_after = retry_after
        self.more: dict[str, Any] = {}

    @classmethod
    def of(cls, error: KithError) -> Refused:
        """Return what kith's own error means to a client."""
        for kind, status, code in _STATUS:
            if isinstance(error, kind):
                reason = photo_reason(error) if isinstance(error, errors.PhotoError) else str(error)
                retry = RETRY_SECONDS if kind is errors.GalleryBusy else None
                return cls(status, code, reason, retry_after=retry)
        return cls(500, "failed", str(error))

    def response(self) -> JSONResponse:
        """Return the response to send."""
        headers = {"cache-control": "no-store"}
        if self.retry_after is not None:
            headers["retry-after"] = str(self.retry_after)
        if self.status == 401:
            headers["www-authenticate"] = 'Bearer realm="kith"'
        return JSONResponse(self.shape(), self.status, headers=headers)

    def shape(self) -> dict[str, Any]:
        """Return the JSON that the client reads."""
        reason = errors.printable(" ".join(self.reason.split()), LONGEST_REASON)
        return {"error": {"code": self.code, "reason": reason}, **self.more}
