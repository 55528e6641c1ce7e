"""Prints what /_mock/openapi.json serves, without a server: `python -m tests.support.control_document`."""

import json

from tests.support.control_client import Served


def control_document() -> str:
    served = Served()
    try:
        return json.dumps(served.document)
    finally:
        served.close()


if __name__ == "__main__":
    print(control_document())
