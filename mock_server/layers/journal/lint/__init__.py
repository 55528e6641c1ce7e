"""The client lint: what a client does that its author will regret, told from the exchanges of one organisation.

linter.py            hands every exchange to the rules, in order
request.py           an exchange, made easy to ask
limits.py keys.py batches.py people.py recommendations.py    the rules: each remembers what it needs, and not too much
"""

from mock_server.layers.journal.lint.linter import RULES, Linter

__all__ = ["RULES", "Linter"]
