"""--state FILE: what the mock holds is in an SQLite file before its answers are sent.

store.py      the file: opened, checked, migrated, written in transactions
written.py    records and organisations as they stand in it
keeper.py     what has changed since the last transaction; one transaction for all answers of a turn of the event loop
loading.py    the file's organisations, back into a mock that has just started
"""
