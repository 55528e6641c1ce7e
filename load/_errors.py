"""What a person can get wrong, in one line each."""


class ConfigurationError(Exception):
    """Keys, files or options that can't be used; one line that names the place and the rule, never a secret."""
