"""What was sent to whom lately, so that only they are told when it goes: ids of posts, numbers of lines and topics."""

from array import array

from petrel.api.live.topics import Topic

MOST_DELIVERIES = 400_000
MOST_POSTS = 40_000


class Sent:
    """Bounded; the oldest posts are forgotten first."""

    def __init__(self) -> None:
        self._of: dict[int, array[int]] = {}
        self._count = 0
        self._topics: list[Topic] = []
        self._number: dict[Topic, int] = {}

    def note(self, post: int, line: int, topic: Topic) -> None:
        number = self._number.get(topic)
        if number is None:
            number = self._number[topic] = len(self._topics)
            self._topics.append(topic)
        found = self._of.get(post)
        if found is None:
            found = self._of[post] = array("I")
        found.append(line)
        found.append(number)
        self._count += 1
        while self._count > MOST_DELIVERIES or len(self._of) > MOST_POSTS:
            self._drop(next(iter(self._of)))

    def to(self, post: int) -> list[tuple[int, Topic]]:
        """(line, topic), each once, in the order in which it was sent."""
        found = self._of.get(post)
        if found is None:
            return []
        pairs = dict.fromkeys(zip(found[::2], found[1::2], strict=True))
        return [(line, self._topics[topic]) for line, topic in pairs]

    def has(self, post: int, line: int) -> bool:
        found = self._of.get(post)
        return found is not None and line in found[::2]

    def forget(self, post: int) -> None:
        if post in self._of:
            self._drop(post)

    def clear(self) -> None:
        self.__init__()  # type: ignore[misc]

    def _drop(self, post: int) -> None:
        self._count -= len(self._of.pop(post)) // 2
