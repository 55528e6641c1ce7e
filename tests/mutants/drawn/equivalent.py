"""Pairs of operator and slice that no request can tell from a right server, each with the reason."""

EQUIVALENT = {
    ("unlimited", "no-limit"): "there is no limit to ignore",
}
