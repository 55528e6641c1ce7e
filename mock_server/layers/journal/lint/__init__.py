"""The journal's lint: finds probable mistakes of a client in the exchanges of one organisation.

linter.py            passes every exchange to the rules, in order
request.py           an exchange as the rules read it
rate_limit.py keys.py batches.py identity.py recommendations.py    rules over several requests, with a memory
mock_server/lint     rules over one request alone
"""

from mock_server.layers.journal.lint.linter import EVERY_RULE, RULES, Linter

__all__ = ["EVERY_RULE", "RULES", "Linter"]
