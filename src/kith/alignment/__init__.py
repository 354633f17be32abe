"""Crops: the aligned square of a face that a network sees."""

from kith.alignment.box import BoxCrop
from kith.alignment.recipes import ARCFACE, ARCFACE_TEMPLATE, RECIPES, CropRecipe, SimilarityCrop
from kith.alignment.similarity import similarity_transform

__all__ = [
    "ARCFACE",
    "ARCFACE_TEMPLATE",
    "RECIPES",
    "BoxCrop",
    "CropRecipe",
    "SimilarityCrop",
    "similarity_transform",
]
