"""Crops: the aligned square of a face that a network sees."""

from kith.alignment.recipes import ARCFACE_TEMPLATE, RECIPES, CropRecipe
from kith.alignment.similarity import similarity_transform

__all__ = ["ARCFACE_TEMPLATE", "RECIPES", "CropRecipe", "similarity_transform"]
