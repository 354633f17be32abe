"""``kith``: running a command, and what becomes of errors.

Exit codes: 0 done, 1 the negative answer, 2 wrong use or input, 3 no decision; 130 stopped by
Ctrl-C, 143 by another program.
"""

from __future__ import annotations

import errno
import os
import signal
import sys
from typing import TYPE_CHECKING

from kith.cli import streams
from kith.errors import KithError

if TYPE_CHECKING:
    from typing import NoReturn

USAGE = 2
INTERRUPTED = 130
TRACEBACK = "KITH_TRACEBACK"
"""The environment variable that shows where an unexpected error comes from."""

_ASKED = {signal.SIGINT: signal.default_int_handler, signal.SIGTERM: signal.SIG_DFL}
"""Signals that ask to end, and how Python takes them by itself."""

_WRITING = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO, errno.EBADF}


def run(arguments: list[str] | None = None) -> NoReturn:
    """Run the command and exit; every mistake of a user is one line on stderr."""
    streams.prepare()
    stop = _Stop()
    for number, usual in _ASKED.items():
        if signal.getsignal(number) is usual:
            signal.signal(number, stop)
    try:
        code = _guarded(arguments)
        stop.over()
    except KeyboardInterrupt:
        code = INTERRUPTED
    stop.over()
    if code == INTERRUPTED:
        streams.complain("stopped; what was done is kept; run again for the rest")
        streams.leave(stop.code)
    sys.exit(code)


def main() -> NoReturn:
    """Run the command as a process of its own.

    Everything is closed and flushed when `run` ends; taking the networks apart as well would
    cost a tenth of a second that nobody gains anything by.
    """
    try:
        run()
    except SystemExit as error:
        code = USAGE if error.code is not None else 0
        streams.leave(error.code if isinstance(error.code, int) else code)


class _Stop:
    """Ends the command where it is, so that nothing half-written stays.

    Attributes:
        code: to exit with.
    """

    def __init__(self) -> None:
        self.code = INTERRUPTED

    def __call__(self, number: int, _frame: object) -> NoReturn:
        self.code = 128 + number
        # Who asks twice does not want to wait: the second time ends the process on the spot.
        signal.signal(number, signal.SIG_DFL)
        raise KeyboardInterrupt

    def over(self) -> None:
        """Let signals end the process on the spot: nothing is left to be cleaned up."""
        for number in _ASKED:
            if signal.getsignal(number) == self:
                signal.signal(number, signal.SIG_DFL)


def _guarded(arguments: list[str] | None) -> int:
    try:
        return _run(arguments)
    except BrokenPipeError:
        return _reader_gone()
    except SystemExit as error:
        # rich and typer end the process themselves where the reader of stdout has gone.
        if isinstance(error.__context__, BrokenPipeError):
            return _reader_gone()
        raise
    except Exception as error:  # whatever it is: an exit code of 1 would be taken for an answer
        if isinstance(error.__cause__ or error.__context__, KeyboardInterrupt):
            return INTERRUPTED  # native modules make an ImportError of it
        if os.environ.get(TRACEBACK) and not isinstance(error, KithError):
            raise
        streams.complain(_words(error))
        return USAGE


def _run(arguments: list[str] | None) -> int:
    # Here, because it takes a while to load and the user may stop that too.
    import typer

    from kith.cli.app import app

    try:
        command = typer.main.get_command(app)
        code = command.main(arguments, prog_name="kith", standalone_mode=False)
        sys.stdout.flush()
    except typer.Abort:
        return INTERRUPTED
    except typer.TyperException as error:
        context = getattr(error, "ctx", None)
        usage = f" (see `{context.command_path} --help`)" if context else ""
        streams.complain(error.format_message().rstrip(".") + usage)
        return USAGE
    return code if isinstance(code, int) else 0


def _reader_gone() -> int:
    """The reader (head, less) has seen enough."""
    streams.lose_stdout()
    return 0


def _words(error: Exception) -> str:
    if isinstance(error, KithError):
        return str(error)
    if isinstance(error, MemoryError):
        return "out of memory: give smaller photos"
    if isinstance(error, OSError):
        return _system_words(error)
    return (
        f"unexpected {type(error).__name__}: {error}; this is a mistake in kith: please report it "
        f"with what {TRACEBACK}=1 shows"
    )


def _system_words(error: OSError) -> str:
    try:
        os.getcwd()  # noqa: PTH109
    except FileNotFoundError:
        return "the current folder does not exist any more: change to another"
    reason = error.strerror or str(error)
    if error.filename is None and error.errno in _WRITING:
        streams.lose_stdout()
        return f"the output cannot be written: {reason}"
    return f"{error.filename}: {reason}" if error.filename else reason
