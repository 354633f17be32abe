"""Networks that learn: graphs run by torch, what they begin from, what they are given."""

from kith.training.network.graph import GraphNetwork
from kith.training.network.prepare import to_network
from kith.training.network.start import Start, open_start

__all__ = ["GraphNetwork", "Start", "open_start", "to_network"]
