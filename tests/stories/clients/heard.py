"""What Mastodon.py hears on a stream."""

from collections.abc import Sequence
from typing import Any

from mastodon import Mastodon, StreamListener

from tests.stories.running import until


def end(client: Mastodon, handles: Sequence[Any]) -> None:
    """Ends these streams of somebody, whose token goes first: closed by themselves, each waits for a heartbeat."""
    if client.access_token:
        client.revoke_access_token(allow_http=True)
    until(lambda: not any(handle.is_receiving() for handle in handles))
    for handle in handles:
        handle.close()


class Heard(StreamListener):
    """Keeps what comes, by the name of the event."""

    def __init__(self) -> None:
        self.events: list[tuple[str, Any]] = []

    def on_any_event(self, name: str, data: Any = None, for_stream: str | None = None) -> None:
        self.events.append((name, data))

    def of(self, name: str) -> list[Any]:
        return [data for event, data in self.events if event == name]
