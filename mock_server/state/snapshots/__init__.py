"""Snapshots of the mock: records, clock, windows, random generators, queued records, faults, the journal's position.

Immutable data is shared (see Tenant.copy), so taking and restoring one takes milliseconds. `file.py` writes a
snapshot to a file for another run of the mock.
"""
