"""The process that pyttsx3 speaks in: ``python -m kith.live.speech_pyttsx3``, text on stdin.

The module stands alone and is loaded by nothing else: pyttsx3 may hang in the system's speech,
and a process can be ended.
"""

from __future__ import annotations

import argparse
import sys
from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence

_PACE = 150


def main(arguments: Sequence[str] | None = None) -> int:
    """Speak what stands on stdin, or write it to a file; return the exit code."""
    parser = argparse.ArgumentParser(prog="kith-speech")
    parser.add_argument("--voice", help="language, id or name of a voice")
    parser.add_argument("--to", metavar="FILE", help="a WAV file to write instead of speaking")
    parser.add_argument("--voices", action="store_true", help="list the voices")
    given = parser.parse_args(arguments)
    engine: Any = import_module("pyttsx3").init()
    voices = engine.getProperty("voices")
    if given.voices:
        for voice in voices:
            print(voice.id, *_languages(voice), voice.name, sep="\t")  # noqa: T201
        return 0
    if given.voice:
        found = next((one.id for one in voices if _is_called(one, given.voice)), None)
        if found is None:
            print("Error: there is no such voice", file=sys.stderr)  # noqa: T201
            return 1
        engine.setProperty("voice", found)
    engine.setProperty("rate", _PACE)
    text = sys.stdin.buffer.read().decode("utf-8", "replace")
    if given.to:
        engine.save_to_file(text, given.to)
    else:
        engine.say(text)
    engine.runAndWait()
    return 0


def _is_called(voice: Any, wanted: str) -> bool:
    """Tell whether a voice has an id, a name or a language; ``de`` is also de-AT."""
    tag = wanted.casefold().replace("_", "-")
    languages = [one.casefold().replace("_", "-") for one in _languages(voice)]
    spoken = any(one == tag or one.startswith(f"{tag}-") for one in languages)
    return spoken or wanted.casefold() in (str(voice.id).casefold(), str(voice.name).casefold())


def _languages(voice: Any) -> list[str]:
    # Some systems give bytes with a number before them.
    listed = getattr(voice, "languages", None) or []
    texts = [one.decode("utf-8", "replace") if isinstance(one, bytes) else one for one in listed]
    return ["".join(c for c in str(text) if c.isprintable()) for text in texts]


if __name__ == "__main__":
    sys.exit(main())
