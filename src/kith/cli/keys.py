"""What ``kith serve`` does with keys."""

from __future__ import annotations

from kith.cli.output import emit, say
from kith.errors import OptionError
from kith.server.keys import Keys


def manage(new: str | None, remove: str | None, *, as_json: bool, quiet: bool) -> None:
    """Make a key, take one back, or list them."""
    known = Keys()
    if new is not None:
        _show(new, known.add(new), as_json=as_json, quiet=quiet)
    elif remove is not None:
        known.remove(remove)
        if as_json:
            emit({"removed": remove})
        elif not quiet:
            say(f"the key {remove!r} opens nothing any more")
    else:
        _list(known, as_json=as_json)


def require_a_key(host: str) -> None:
    """Check that somebody can get in at all.

    Raises:
        OptionError: there is no key yet.
    """
    if not Keys().known():
        raise OptionError(
            f"to listen on {host} needs a key, and there is none yet: make one with "
            "kith serve --new-key"
        )


def _show(name: str, key: str, *, as_json: bool, quiet: bool) -> None:
    if as_json:
        emit({"name": name, "key": key})
        return
    say(key)
    if not quiet:
        say(f"this is the key {name!r}, shown this once; only its sha256 is kept", error=True)


def _list(known: Keys, *, as_json: bool) -> None:
    for one in known.known():
        if as_json:
            emit({"name": one.name, "created": one.created})
        else:
            say(f"{one.name}  since {one.created[:10]}")
