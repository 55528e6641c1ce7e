"""Finds requests that are accepted but certainly a mistake, by rules about one request, its contract and the data.

sent.py          a request as the rules read it
fields.py        names close to documented ones; attributes beside the fields
events.py        event names and families
ids.py           items that do not exist, recommendations that were never served
values.py        unreadable times, prices that are not numbers
timestamps.py    dates in another form than the documents' examples
nulls.py         null in optional fields
unset.py         ids that come from a variable that is not set
filters.py       attributes that no item has
rules.py         all of them
guard.py         --strict-client: such requests are refused

The journal's lint (layers/journal/lint) shows these together with its own rules, which compare several requests.
"""
