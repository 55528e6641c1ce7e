"""A minimal Starlette endpoint: it reads the body, sends prepared bytes. `python bare_starlette.py PORT FILE`."""

import sys
from pathlib import Path

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

PORT, ANSWER = int(sys.argv[1]), Path(sys.argv[2]).read_bytes()
ACCEPTED = b'{"success":true,"message":"events accepted","data":{"accepted":1},"error":null}'


async def recommend(request: Request) -> Response:
    await request.body()
    return Response(ANSWER, media_type="application/json")


async def ingest(request: Request) -> Response:
    await request.body()
    return Response(ACCEPTED, 202, media_type="application/json")


routes = [
    Route("/v1/recommend", recommend, methods=["POST"]),
    Route("/v1/ingest/events/ingest", ingest, methods=["POST"]),
]
uvicorn.run(Starlette(routes=routes), host="127.0.0.1", port=PORT, log_level="warning", access_log=False)
