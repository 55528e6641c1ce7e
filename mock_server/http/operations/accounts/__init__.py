"""The account operations (R42): one short function per operationId, one noun per module."""
