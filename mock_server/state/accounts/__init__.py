"""The state of accounts: their organisations and roles, key pairs, audit log, uploads (R42). No HTTP."""
