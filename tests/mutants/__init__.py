"""Broken servers (mutants) and legal ones (variants) that show whether the conformance suite finds faults and only
faults."""
