"""The command: thin; it parses, calls, and prints."""
