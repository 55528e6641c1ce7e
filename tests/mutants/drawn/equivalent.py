"""Pairs of operator and slice that no request can distinguish from a correct server, with the reason."""

EQUIVALENT = {
    ("unlimited", "no-limit"): "there is no limit to ignore",
}
