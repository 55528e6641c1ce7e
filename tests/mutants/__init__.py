"""Broken servers (mutants) and legal ones (variants) that show what the conformance suite is worth."""
