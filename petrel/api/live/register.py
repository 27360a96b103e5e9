"""Which lines are open in this process, by account and by topic."""

from petrel.api.live.lines import Line
from petrel.api.live.topics import Topic
from petrel.features.posts import Surface


class Register:
    """`of_topic`: public ones, tags and lists; all else is found by account. `members`: of lists that are streamed."""

    def __init__(self) -> None:
        self.lines: dict[int, Line] = {}
        self.of_account: dict[int, list[Line]] = {}
        self.of_topic: dict[Topic, dict[int, Line]] = {}
        self.members: dict[Topic, frozenset[int]] = {}
        self._count = 0

    def add(self, line: Line) -> None:
        self._count += 1
        line.number = self._count
        self.lines[line.number] = line
        self.of_account.setdefault(line.member.account, []).append(line)
        topics, line.topics = line.topics, ()
        for topic in topics:
            self.subscribe(line, topic)

    def remove(self, line: Line) -> bool:
        """False when it was not there any more."""
        if self.lines.pop(line.number, None) is None:
            return False
        mine = self.of_account[line.member.account]
        mine.remove(line)
        if not mine:
            del self.of_account[line.member.account]
        for topic in line.topics:
            self.unsubscribe(line, topic)
        return True

    def subscribe(self, line: Line, topic: Topic) -> None:
        if topic in line.topics:
            return
        line.topics = (*line.topics, topic)
        if topic.kind.place in (Surface.PUB, Surface.LIST):
            self.of_topic.setdefault(topic, {})[line.number] = line

    def unsubscribe(self, line: Line, topic: Topic) -> None:
        if topic not in line.topics:
            return
        line.topics = tuple(one for one in line.topics if one != topic)
        there = self.of_topic.get(topic)
        if there is not None:
            there.pop(line.number, None)
            if not there:
                del self.of_topic[topic]
                self.members.pop(topic, None)

    def sweep(self) -> None:
        """Forgets members of lists that were looked at for a line that never came."""
        self.members = {topic: them for topic, them in self.members.items() if topic in self.of_topic}
