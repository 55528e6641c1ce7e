"""Situations by covering arrays: `contracts/situations.toml` says which, the modules here bring them about."""
