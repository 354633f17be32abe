"""``kith train``: learn a head, or an embedder."""

from __future__ import annotations

import typer

from kith.cli.train_embedder import margin, triplet
from kith.cli.train_head import head

app = typer.Typer(help="Learn: a head, or an embedder.")
app.command()(head)
app.command()(triplet)
app.command()(margin)
