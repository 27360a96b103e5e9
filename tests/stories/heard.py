"""What Mastodon.py hears on a stream."""

from typing import Any

from mastodon import StreamListener


class Heard(StreamListener):
    """Keeps what comes, by the name of the event."""

    def __init__(self) -> None:
        self.events: list[tuple[str, Any]] = []

    def on_any_event(self, name: str, data: Any = None, for_stream: str | None = None) -> None:
        self.events.append((name, data))

    def of(self, name: str) -> list[Any]:
        return [data for event, data in self.events if event == name]
