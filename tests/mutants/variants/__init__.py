"""Legal servers: each uses a freedom that the readings leave, and none may be accused."""
