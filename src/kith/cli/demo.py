"""``kith demo``: the main job on real photos, from nothing."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from kith.cli.options import Json, Quiet, folder

if TYPE_CHECKING:
    from kith.showcase.film import FilmShown
    from kith.showcase.photos import Outcome, Showcase


def demo(
    out: Annotated[
        Path,
        typer.Option(
            "--out", metavar="DIR", parser=folder, help="Where the gallery and the picture go."
        ),
    ] = Path("kith-demo"),
    film: Annotated[
        bool, typer.Option("--film", help="Make a film of the photos too, and say who is in it.")
    ] = False,
    as_json: Json = False,
    quiet: Quiet = False,
) -> None:
    """See kith at work on real photos, from nothing.

    Fetches three networks and 124 photos, enrols five people, identifies them and three photos of
    strangers, compares a pair, and draws it all on one page.
    """
    from kith.cli.output import count, emit, say
    from kith.cli.progress import fetch_progress, pull_with_progress
    from kith.models.catalogue import DEFAULTS
    from kith.showcase.photos import Showcase

    told = not (as_json or quiet)
    began = time.perf_counter()
    pull_with_progress(DEFAULTS, shown=told)
    with fetch_progress(shown=told) as progress:
        show = Showcase.prepare(out, progress)
    with show:
        for person in show.enroll():
            if told and person.added:
                say(f"enrolled {person.name} from {count(person.added, 'photo')}")
        outcomes = list(show.identify())
        pair = show.verify()
        page = show.draw(outcomes, pair)
        shown = _film(out, show, told=told) if film else None
    seconds = time.perf_counter() - began
    if as_json:
        emit(*(_shape(one) for one in outcomes))
        emit({"verified": pair.verdict.value, "similarity": round(pair.similarity or 0.0, 4)})
        files = {"picture": str(page), "gallery": str(show.gallery_path)}
        if shown is not None:
            files |= {"film": str(shown.film), "film_named": str(shown.named)}
            files |= {"film_faces": str(shown.faces)}
        emit(files | {"seconds": round(seconds, 2)})
    elif told:
        _print(outcomes)
        word = "the same person" if pair.same else "not the same person"
        say(f"verified: obama.jpg and obama2.jpg: {word} (similarity {pair.similarity:.3f})")
        say(f"picture:  {page}")
        if shown is not None:
            _print_film(shown)
        say(f"gallery:  {show.gallery_path}")
        say(f"try:      kith identify PHOTO --gallery {show.gallery_path}")
        say(f"time:     {seconds:.1f} s")


def _film(out: Path, show: Showcase, *, told: bool) -> FilmShown:
    from kith.cli.output import say
    from kith.showcase.film import show_film

    return show_film(out, show.gallery, say if told else lambda _doing: None)


def _print_film(shown: FilmShown) -> None:
    from kith.cli.output import say

    for person in shown.timeline.people:
        times = ", ".join(f"{one.start:.1f}–{one.end:.1f} s" for one in person.appearances)
        say(f"in the film: {person.label}, {times}")
    say(f"film:     {shown.named}, with names; {shown.faces}")
    say(f"try:      kith watch {shown.film} --gallery {shown.film.with_name('people.kith')}")


def _print(outcomes: list[Outcome]) -> None:
    from kith.cli.output import Column, Table

    table = Table("photo", "kith says", Column("similarity", "number"), "")
    colours = {"right": "green", "right: unknown": "green", "wrong": "red"}
    for one in outcomes:
        similarity = "" if one.answer.similarity is None else f"{one.answer.similarity:.3f}"
        table.add(
            one.photo,
            one.answer.name or one.answer.verdict.value.replace("_", " "),
            similarity,
            (one.result, colours.get(one.result, "yellow")),
        )
    table.flush()


def _shape(one: Outcome) -> dict[str, object]:
    from kith.shapes import answer

    return {"source": one.photo, "truth": one.truth, "result": one.result} | answer(one.answer)
