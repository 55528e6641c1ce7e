"""Mutants written by hand, by area: each deviates from one documented statement.

Written from the catalogue's statements, docs/readings.md and openapi.yaml, without looking at the checks.
"""
