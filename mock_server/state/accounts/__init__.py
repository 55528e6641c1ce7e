"""The account side, without HTTP: people, their organisations and roles, key pairs, audit log, uploads (R42)."""
