"""Snapshots of the mock: records, clock, windows, random generators, queued records, faults, the journal's position.

Immutable data is shared (see Tenant.copy), so it takes milliseconds to take or to restore one. `file.py` writes a
snapshot to a file for another run of the mock.
"""
