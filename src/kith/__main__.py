"""``python -m kith`` is the command."""

from kith.cli.main import run

if __name__ == "__main__":
    run()
