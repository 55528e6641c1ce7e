"""Mutants made by a program: an operator (drop, crash, leak, ...) applied at a slice of what clients send.

`python -m tests.mutants draw --new 200 --seed N` draws some that nobody has seen and judges them once.
"""
