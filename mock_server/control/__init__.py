"""The control plane under /_mock: what a test needs beside the API. No part of the contract, never in openapi.yaml.

`routes.py` lists the modules, each of which serves one noun; `calls.py` turns their functions into endpoints;
`access.py` says who may call. Every call stands in `openapi.yaml` beside this file, served at /_mock/openapi.json.
"""
