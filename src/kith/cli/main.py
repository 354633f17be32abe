"""``kith``: the commands together, and what becomes of errors.

Exit codes: 0 done, 1 the negative answer, 2 wrong use or input, 3 no decision.
"""

from __future__ import annotations

import os
import sys
from typing import Annotated

import typer

from kith import __version__
from kith.cli import gallery, models
from kith.cli.demo import demo
from kith.cli.detect import detect
from kith.cli.enroll import enroll
from kith.cli.identify import identify
from kith.cli.verify import verify
from kith.errors import KithError, printable

app = typer.Typer(
    name="kith",
    help="Recognise the people in photos, and say honestly whom one does not know.",
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
for command in (demo, detect, verify, enroll, identify):
    app.command()(command)
app.add_typer(gallery.app, name="gallery")
app.add_typer(models.app, name="models")

USAGE = 2
INTERRUPTED = 130


def _show_version(asked: bool) -> None:
    if asked:
        typer.echo(f"kith {__version__}")
        raise typer.Exit


@app.callback()
def kith(
    version: Annotated[
        bool,
        typer.Option("--version", callback=_show_version, is_eager=True, help="Show it and exit."),
    ] = False,
) -> None:
    """Recognise the people in photos, and say honestly whom one does not know."""


def run(arguments: list[str] | None = None) -> None:
    """Run the command and exit; every mistake of a user is one line on stderr."""
    sys.exit(_run(arguments))


def _run(arguments: list[str] | None) -> int:
    command = typer.main.get_command(app)
    try:
        code = command.main(arguments, prog_name="kith", standalone_mode=False)
        sys.stdout.flush()
    except KithError as error:
        return _complain(str(error))
    except typer.TyperException as error:
        context = getattr(error, "ctx", None)
        usage = f" (see `{context.command_path} --help`)" if context else ""
        return _complain(f"{error.format_message()}{usage}")
    except (KeyboardInterrupt, typer.Abort):
        _complain("stopped; what was done is kept, run the same command again to go on")
        return INTERRUPTED
    except BrokenPipeError:
        # The reader (head, less) has seen enough; without this the interpreter complains too.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    return code if isinstance(code, int) else 0


def _complain(message: str) -> int:
    line = " ".join(message.split())
    sys.stderr.write(f"kith: {printable(line, 2000)}\n")
    return USAGE
