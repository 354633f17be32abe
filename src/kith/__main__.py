"""``python -m kith`` is the command."""

from kith.cli.main import main

if __name__ == "__main__":
    main()
