"""Load scenarios that judge any server of the API: its latency, throughput and rate limit.

`locust -f load --host URL` runs them. locust takes every file here whose name doesn't start with `_` for a locust file
and executes it under a name of its own; so there is one, `locustfile.py`, and all else is imported as `load._name`.

Where to look: `_journeys` defines which requests are sent and why, `_profiles` and `_arrivals` how many and when,
`_client` and `_open_load` how; `_samples` holds the measurements, `_slo` and `_verdict` judge them; `_referee` is the
master's side and `_node` the generators' side of a run; `_probe*` check the rate limit, `_web` adds to the pages.
"""
