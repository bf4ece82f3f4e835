"""Feeds a model: input functions over arrays, and data sets to try them with."""
