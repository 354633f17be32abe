"""``kith``: the commands together."""

from __future__ import annotations

from typing import Annotated

import typer

from kith import __version__
from kith.cli import evaluate, gallery, models, samples, train
from kith.cli.calibrate import calibrate
from kith.cli.classify import classify
from kith.cli.demo import demo
from kith.cli.detect import detect
from kith.cli.enroll import EnrollCommand, enroll
from kith.cli.identify import identify
from kith.cli.mask import MaskCommand, mask
from kith.cli.serve import ServeCommand, serve
from kith.cli.usage import Command, Group
from kith.cli.verify import VerifyCommand, verify
from kith.cli.watch import watch

ABOUT = "Recognise the people in photos, films and live cameras, and say whom one does not know."

app = typer.Typer(
    name="kith",
    cls=Group,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.command(cls=Command)(demo)
app.command(cls=Command)(detect)
app.command(cls=VerifyCommand)(verify)
app.command(cls=EnrollCommand)(enroll)
app.command(cls=Command)(identify)
app.command(cls=Command)(classify)
app.command(cls=Command)(watch)
app.command(cls=ServeCommand)(serve)
app.command(cls=MaskCommand)(mask)
app.command(cls=Command)(calibrate)
for name, room in (
    ("evaluate", evaluate.app),
    ("gallery", gallery.app),
    ("models", models.app),
    ("samples", samples.app),
    ("train", train.app),
):
    for registered in room.registered_commands:
        registered.cls = Command
    app.add_typer(room, name=name, cls=Group)


def _show_version(asked: bool) -> None:
    if asked:
        typer.echo(f"kith {__version__}")
        raise typer.Exit


@app.callback(help=ABOUT)
def kith(
    version: Annotated[
        bool,
        typer.Option("--version", callback=_show_version, is_eager=True, help="Show it and exit."),
    ] = False,
) -> None:
    """See `ABOUT`."""
