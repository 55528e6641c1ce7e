"""Load scenarios that judge any server of the API: its latency, throughput and rate limit.

`locust -f load --host URL` runs them. locust takes every file here whose name doesn't start with `_` for a locust file
and executes it under a name of its own; so there is one, `locustfile.py`, and all else is imported as `load._name`.

Where to look: `_journeys` what is sent and why, `_profiles` and `_arrivals` how much and when, `_client` and
`_open_load` how it is sent, `_samples` what is measured, `_slo` and `_verdict` what is judged, `_referee` the master's
side and `_node` the generators' side of one run, `_probe*` the check of the rate limit, `_web` the pages.
"""
