"""The version of the passes in `rewrite`, apart from them so that a start need not load onnx."""

VERSION = 1
"""Part of each cached graph's file name: a changed pass makes every graph anew."""
