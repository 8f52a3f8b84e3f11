"""Comparisons, their results files and the command line."""
