"""A zoo of broken servers: each deviates from one documented statement, to prove that the suite sees it.

Written from the catalogue's statements, docs/readings.md and openapi.yaml, without a look at the checks.
"""
