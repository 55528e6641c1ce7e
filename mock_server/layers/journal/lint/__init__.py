"""The client lint: what a client does that its author will regret, told from the exchanges of one organisation.

linter.py            hands every exchange to the rules, in order
request.py           an exchange, made easy to ask
limits.py keys.py batches.py people.py recommendations.py    rules over several requests: each remembers what it needs
mock_server/lint     rules over one request alone
"""

from mock_server.layers.journal.lint.linter import EVERY_RULE, RULES, Linter

__all__ = ["EVERY_RULE", "RULES", "Linter"]
