"""The rules that look at every exchange of a run. Importing this package registers them."""

from contracts.rules import envelope, headers, keys, listing, paging, recommendation

__all__ = ["envelope", "headers", "keys", "listing", "paging", "recommendation"]
