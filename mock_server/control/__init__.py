"""The control plane under /_mock: what a test needs besides the API. It is not part of openapi.yaml's contract.

`routes.py` lists the modules, each of which serves one noun; `calls.py` turns their functions into endpoints;
`access.py` checks who may call. `openapi.yaml` here describes every call; it is served at /_mock/openapi.json.
"""
