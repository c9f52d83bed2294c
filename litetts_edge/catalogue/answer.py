"""One HTTP request and its answer, with every refusal turned into words."""

from __future__ import annotations

import contextlib
import email.utils
import http.client
import re
import socket
import ssl
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from litetts_edge import __version__

_RANGE = re.compile(r"bytes (\d+)-(\d+)/(\d+|\*)")
_LATER = frozenset({408, 425, 429, 500, 502, 503, 504})
"""Status codes after which another try makes sense."""
_WHY = {
    401: "it wants a login",
    403: "it refuses (403): the file may want a login there, or the place keeps this network out",
    404: "there is no such file (404)",
    407: "a proxy wants a login (407)",
    410: "the file is gone (410)",
    429: "too many requests came from here (429)",
    451: "the file is kept back for legal reasons (451)",
}


class Refused(Exception):
    """The file will not be had there; str() says why."""


class Stalled(Exception):
    """It may go on after a while; str() says why it did not."""

    def __init__(self, reason: str, wait_s: float = 0.0, *, anew: bool = False) -> None:
        super().__init__(reason)
        self.wait_s = wait_s
        """What the server asked for; 0 when it said nothing."""
        self.anew = anew
        """What is here already is of no use."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What is coming."""

    response: Any
    is_part: bool
    """It begins where it was asked to; else at the first byte."""
    length: int
    """Bytes that follow; 0 when the server does not say."""
    validator: str
    """A strong ETag, by which the same file is known again; empty for none."""

    def read(self, count: int) -> bytes:
        """At most `count` bytes, none at the end. Raises Stalled."""
        try:
            return bytes(self.response.read(count))
        except (OSError, http.client.HTTPException) as error:
            raise Stalled(_words(error)) from None


@contextlib.contextmanager
def ask(address: str, offset: int, validator: str, timeout_s: float) -> Iterator[Answer]:
    """Ask for a file from byte `offset` on. Raises Refused, Stalled."""
    if not address.startswith(("http://", "https://")):
        raise Refused("only http and https are known here")
    headers = {
        "User-Agent": f"litetts-edge/{__version__}",
        "Accept-Encoding": "identity",  # a length and a range have to mean the file's own bytes
    }
    try:
        request = urllib.request.Request(address, headers=headers)  # noqa: S310  the scheme was looked at
    except ValueError as error:
        raise Refused(f"it is no address ({error})") from None
    if offset:
        request.add_header("Range", f"bytes={offset}-")
        if validator:
            request.add_header("If-Range", validator)
    try:
        response = urllib.request.build_opener(_Redirect()).open(request, timeout=timeout_s)
    except urllib.error.HTTPError as error:
        with error:
            raise _refusal(error, offset) from None
    except urllib.error.URLError as error:
        raise _unreachable(error.reason) from None
    except (OSError, http.client.HTTPException, ValueError) as error:
        raise _unreachable(error) from None
    with response:
        yield _answer(response, offset)


def _answer(response: Any, offset: int) -> Answer:
    headers = response.headers
    if headers.get("Content-Encoding", "identity").lower() not in ("", "identity"):
        raise Refused(f"it sends the file packed ({headers['Content-Encoding']}), though that was not asked for")
    is_part = response.status == http.client.PARTIAL_CONTENT
    if is_part:
        given = _RANGE.match(headers.get("Content-Range", ""))
        if given is None or int(given.group(1)) != offset:
            raise Refused(f"it gives another part than was asked for ({headers.get('Content-Range')})")
    length = headers.get("Content-Length", "")
    etag = headers.get("ETag", "")
    return Answer(
        response=response,
        is_part=is_part,
        length=int(length) if length.isascii() and length.isdigit() else 0,
        validator=etag if etag.startswith('"') else "",
    )


def _refusal(error: urllib.error.HTTPError, offset: int) -> Refused | Stalled:
    if error.code == http.client.REQUESTED_RANGE_NOT_SATISFIABLE and offset:
        return Stalled("the file there is shorter than what is here already (416)", anew=True)
    why = _WHY.get(error.code, f"it answers {error.code} {error.reason}")
    if error.code not in _LATER:
        return Refused(why)
    return Stalled(why, _seconds(error.headers.get("Retry-After", "")))


def _seconds(retry_after: str) -> float:
    """Of a Retry-After, which is a number of seconds or a date."""
    if retry_after.isascii() and retry_after.isdigit():
        return float(retry_after)
    with contextlib.suppress(ValueError, TypeError):
        return max(0.0, email.utils.parsedate_to_datetime(retry_after).timestamp() - time.time())
    return 0.0


def _unreachable(reason: object) -> Refused | Stalled:
    if isinstance(reason, ssl.SSLCertVerificationError):
        return Refused(f"its certificate is not to be trusted ({reason.verify_message}); is the clock right?")
    if isinstance(reason, socket.gaierror) and reason.errno != socket.EAI_AGAIN:
        return Refused("its name has no address: is there a network?")
    if isinstance(reason, ConnectionRefusedError):
        return Refused("nobody listens there")
    return Stalled(_words(reason))


def _words(reason: object) -> str:
    if isinstance(reason, TimeoutError):
        return "nothing came for too long"
    if isinstance(reason, OSError) and reason.strerror:
        return f"the connection failed ({reason.strerror})"
    return f"the connection failed ({reason or type(reason).__name__})"


class _Redirect(urllib.request.HTTPRedirectHandler):
    """Follows, but to nothing but HTTP, and never from https to anything less."""

    def redirect_request(self, req: Any, fp: Any, code: Any, msg: Any, headers: Any, newurl: str) -> Any:
        if req.full_url.startswith("https:") and not newurl.startswith("https:"):
            raise Refused(f"it sends us on to {newurl.partition('?')[0]}, which is not encrypted")
        if not newurl.startswith(("http:", "https:")):
            raise Refused(f"it sends us on to {newurl.partition('?')[0]}, which is not HTTP")
        return super().redirect_request(req, fp, code, msg, headers, newurl)
