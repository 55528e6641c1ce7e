"""Accounts, without HTTP: their organisations and roles, key pairs, audit log, uploads (R42)."""
