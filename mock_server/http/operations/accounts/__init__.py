"""The account side's operations (R42), one short function per operationId, one noun per module."""
