"""Pairs of operator and slice that no request can distinguish from a correct server, with the reason."""

EQUIVALENT = {
    ("unlimited", "no-limit"): "there is no limit to ignore",
    ("refused", "items-in-arrays"): "a server may take items one by one only (R21)",
    ("422", "items-in-arrays"): "a server may take items one by one only (R21)",
    ("miscounted", "items-in-arrays"): "what a server counts of an array of items is open (R21)",
}
