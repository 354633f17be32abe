"""How commands explain themselves: usage lines and help that a person can read."""

from __future__ import annotations

from typing import Any, ClassVar

import typer
from typer.core import TyperCommand, TyperGroup


class Command(TyperCommand):
    """A command whose usage shows its arguments as they are typed."""

    usages: ClassVar[tuple[str, ...]] = ()
    """The ways to call it, after the options; none: its arguments one after the other."""

    def format_usage(self, ctx: Any, formatter: Any) -> None:
        """Write a line for each way to call the command."""
        usual = " ".join(name for name, _ in self._arguments(ctx))
        for number, usage in enumerate(self.usages or (usual,)):
            prefix = "Usage: " if number == 0 else "   or: "
            formatter.write_usage(ctx.command_path, f"[OPTIONS] {usage}".strip(), prefix)

    def format_options(self, ctx: Any, formatter: Any) -> None:
        """Write what the arguments and the options are."""
        if arguments := self._arguments(ctx):
            with formatter.section("Arguments"):
                formatter.write_dl(arguments)
        records = [
            parameter.get_help_record(ctx)
            for parameter in self.get_params(ctx)
            if parameter.param_type_name == "option"
        ]
        with formatter.section("Options"):
            formatter.write_dl([record for record in records if record])

    def _arguments(self, ctx: Any) -> list[tuple[str, str]]:
        return [
            (parameter.metavar or "", getattr(parameter, "help", None) or "")
            for parameter in self.get_params(ctx)
            if parameter.param_type_name == "argument"
        ]


class Group(TyperGroup):
    """Commands under one name; the name alone shows what there is."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Take the arguments apart; without any, show the help and end with 2."""
        if not args and not ctx.resilient_parsing:
            typer.echo(ctx.get_help(), err=True)
            ctx.exit(2)
        return super().parse_args(ctx, args)
