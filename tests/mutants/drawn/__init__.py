"""Mutants made by a program: an operator (drop, crash, leak, ...) applied to a slice of what clients send.

`python -m tests.mutants draw --new 200 --seed N` draws new ones and judges each once.
"""
