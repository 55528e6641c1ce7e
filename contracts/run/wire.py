"""What goes wrong on the wire, in words for people."""

import httpx


def words_for(error: Exception) -> str:
    """A few words for a transport error, without addresses or internals."""
    if isinstance(error, httpx.ConnectTimeout):
        return "no connection within the time limit"
    if isinstance(error, httpx.ConnectError):
        text = str(error).lower()
        if "certificate" in text or "ssl" in text:
            return "the TLS certificate is not trusted"
        if "name or service" in text or "nodename" in text or "getaddrinfo" in text or "resolution" in text:
            return "the host name is not known"
        return "connection refused"
    if isinstance(error, httpx.TimeoutException):
        return "no complete answer within the time limit"
    if isinstance(error, httpx.RemoteProtocolError):
        return "the connection was closed before the answer was complete"
    if isinstance(error, (httpx.ReadError, httpx.WriteError)):
        return "the connection broke"
    if isinstance(error, httpx.DecodingError):
        return "the answer's Content-Encoding is broken"
    return f"the request failed ({type(error).__name__})"
