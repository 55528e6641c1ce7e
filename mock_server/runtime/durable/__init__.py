"""--state FILE: an SQLite file that holds everything that the mock has acknowledged.

store.py      the file: open, check, migrate, write in transactions
written.py    records and organisations in the file's format
keeper.py     changes since the last transaction; one transaction for all responses of one turn of the event loop
loading.py    loads the file's organisations into a mock that has just started
"""
