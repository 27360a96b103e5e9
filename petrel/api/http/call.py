"""One call of an endpoint: what the client sent, and who they are."""

import itertools
import os

from petrel.api.http.auth import ANONYMOUS, Caller
from petrel.api.http.body import Body, HeaderMap
from petrel.api.http.errors import NeedsUser
from petrel.api.http.limits import Limits
from petrel.api.http.params import Raw
from petrel.api.http.reply import Header, Headers
from petrel.core.viewer import Member

_numbers = itertools.count(1)
_process = os.urandom(8).hex()


def _after_fork() -> None:
    global _numbers, _process
    _numbers, _process = itertools.count(1), os.urandom(8).hex()


os.register_at_fork(after_in_child=_after_fork)


def new_call_id() -> str:
    """Unique over processes and restarts; never the client's own, since the journal takes it as a cause."""
    return f"{_process}{next(_numbers):08x}"


class Call:
    """Made for each request; `id` goes into the answer (X-Request-Id), the journal and the log.

    `viewer` is for the doors: `reading(call.viewer)`. `args` are the values of the path's `:names`.
    `headers` are by lower-case name, the last one of a name. `params` are all parameters as they came.
    """

    __slots__ = (
        "_extra",
        "args",
        "base_url",
        "body",
        "counting",
        "country",
        "gives_away",
        "headers",
        "id",
        "ip",
        "limit_headers",
        "method",
        "params",
        "path",
        "query",
        "takes_whole",
        "viewer",
    )

    def __init__(self, method: str, path: str, query: bytes, headers: HeaderMap, base_url: str) -> None:
        self.id = new_call_id()
        self.method = method
        self.path = path
        self.query = query
        self.headers = headers
        self.base_url = base_url
        self.ip = ""
        self.country = ""
        self.counting: Limits | None = None
        self.limit_headers: Headers = ()
        self.takes_whole = False
        self.gives_away = False
        self.args: dict[str, str] = {}
        self.params: Raw = {}
        self.body: Body | None = None
        self.viewer: Caller = ANONYMOUS
        self._extra: list[Header] | None = None

    @property
    def member(self) -> Member:
        """Errors: NeedsUser, when nobody is signed in (cannot happen where the scope demands a member)."""
        if type(self.viewer) is not Member:
            raise NeedsUser
        return self.viewer

    def count(self, word: str) -> None:
        """Counts one more against the limits behind this word (limits.EXTRA): for what not every call of a route does,
        and one may do twice. Errors: TooMany."""
        if self.counting is not None:
            self.counting.take_member(word, self.member.account)

    @property
    def url(self) -> str:
        """The address that was called, absolute, without its query."""
        return self.base_url + self.path

    def header(self, name: bytes) -> str | None:
        """By lower-case name; what is not UTF-8 is replaced."""
        value = self.headers.get(name)
        return None if value is None else value.decode("utf-8", "replace")

    def add_header(self, name: bytes, value: bytes) -> None:
        """For the answer, whatever it will be, when it is no error."""
        if self._extra is None:
            self._extra = []
        self._extra.append((name, value))

    @property
    def added_headers(self) -> Headers:
        return self._extra or ()
