"""Raised with any change of an importer that changes a number it writes."""

VERSION = 1
