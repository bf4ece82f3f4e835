"""Recurrent networks: cells, and the networks that apply a cell to every step of a sequence."""
