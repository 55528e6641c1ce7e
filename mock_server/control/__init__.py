"""The control plane under /_mock: what a test needs beside the API. The contract in openapi.yaml does not include it.

`routes.py` lists the modules, each of which serves one noun; `calls.py` turns their functions into endpoints;
`access.py` decides who may call them. `openapi.yaml` in this folder describes every call; it is served at
/_mock/openapi.json.
"""
