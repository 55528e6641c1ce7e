"""What is accepted but surely not meant: rules over one request alone, told by the contract's names and by the data.

sent.py          a request as the rules ask for it
fields.py        names close to documented ones; attributes beside the fields
events.py        event names and families
ids.py           items that there aren't, recommendations that were never served
values.py        times that can't be read, prices that are no numbers
filters.py       attributes that no item has
rules.py         all of them
guard.py         --strict-client: such requests are refused

The journal's lint (layers/journal/lint) shows these beside its own rules, which look at several requests.
"""
