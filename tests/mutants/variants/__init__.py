"""Legal servers. Each uses a freedom that the readings leave, and the suite must accuse none."""
