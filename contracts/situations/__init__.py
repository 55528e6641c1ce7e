"""Produces the combinations of situations that `contracts/situations.toml` lists, by covering arrays."""
