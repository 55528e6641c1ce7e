"""The mock at a moment, to come back to: records, clock, windows, dice, what waits, faults, the journal's position.

Freezing and restoring share what never changes (see Tenant.copy), so both take milliseconds. `file.py` writes a
snapshot down for another run of the mock.
"""
