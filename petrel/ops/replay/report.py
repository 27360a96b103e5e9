"""What a replay reports, for a machine and for a person."""

import msgspec

from petrel.ops.replay.shapes import Checked, Spread


class Loaded(msgspec.Struct, frozen=True):
    accounts: int
    follows: int
    fresh: int  # accounts and follows that this run had to load
    seconds: float


class Played(msgspec.Struct, frozen=True):
    """`accepted` and the latencies are of the whole window, over all runs it took; the rest is of this run."""

    operations: int
    earlier: int  # accepted by earlier runs
    accepted: dict[str, int]  # by kind
    refused: dict[str, int]  # by kind, status and text
    errors: dict[str, int]
    retries: dict[str, int]
    contradictions: tuple[str, ...]
    seconds: float
    per_s: float
    latency: dict[str, Spread]  # by kind
    behind: Spread  # how late operations were sent, by the schedule


class FanOut(msgspec.Struct, frozen=True):
    lag: Spread  # acknowledged to visible on a follower's home timeline
    unseen: int


class Report(msgspec.Struct, frozen=True):
    trace: str
    from_at: str
    until_at: str
    speed: float
    loaded: Loaded
    played: Played
    fan_out: FanOut
    checked: Checked

    def failures(self) -> list[str]:
        """Why this replay does not count as good; empty when it does."""
        played, checked = self.played, self.checked
        accepted = sum(played.accepted.values())
        wrongs = (
            (sum(played.refused.values()), "operations were refused"),
            (sum(played.errors.values()), "operations failed"),
            (len(played.contradictions), "answers contradict each other"),
            (played.operations - accepted, "operations are not done"),
            (self.fan_out.unseen, "entries never came to a follower's timeline"),
            (checked.differences, "differences on home timelines"),
            (int(accepted > 0 and not checked.entries), "comparison had nothing to compare"),
        )
        return [f"{count} {words}" for count, words in wrongs if count]

    def as_json(self) -> bytes:
        """One line; `ok` and `failures` first."""
        failures = self.failures()
        return msgspec.json.encode({"ok": not failures, "failures": failures, **msgspec.to_builtins(self)})

    def as_text(self) -> str:
        played, checked, fan = self.played, self.checked, self.fan_out
        lines = [
            f"recording     {self.from_at} to {self.until_at} at {self.speed:g}x",
            f"site          {self.loaded.accounts:,} accounts, {self.loaded.follows:,} follows"
            f" ({self.loaded.fresh:,} loaded now, {self.loaded.seconds:.0f} s)",
            f"played        {played.operations:,} operations, {played.earlier:,} of them earlier;"
            f" {played.seconds:.1f} s, {played.per_s:,.0f}/s",
            f"accepted      {sum(played.accepted.values()):,}   refused {sum(played.refused.values()):,}"
            f"   errors {sum(played.errors.values()):,}   retries {sum(played.retries.values()):,}",
        ]
        lines += [f"  {kind:<11} {_words(spread)}" for kind, spread in played.latency.items()]
        lines += [
            f"behind        {_words(played.behind)}",
            f"fan-out lag   {_words(fan.lag)}   never seen {fan.unseen}",
            f"compared      {checked.read_before} timelines read before, {checked.never_read} never read;"
            f" {checked.entries:,} entries, the longest {checked.longest}; settled in {checked.settled_s:.1f} s",
            f"differences   {checked.differences}",
        ]
        lines += [f"  {one.what}: {one.entry} ({one.why}) on p{one.person}, {one.half}" for one in checked.first]
        for title, counts in (("refused", played.refused), ("error", played.errors), ("retry", played.retries)):
            lines += [f"  {title} x{count}: {text}" for text, count in counts.items()]
        lines += [f"  contradiction: {text}" for text in played.contradictions[:20]]
        failures = self.failures()
        return "\n".join([*lines, "GOOD" if not failures else "NOT GOOD: " + "; ".join(failures)])


def _words(spread: Spread) -> str:
    times = (("p50", spread.p50_ms), ("p99", spread.p99_ms), ("max", spread.max_ms))
    return f"{spread.count:>7,}" + "".join(f"  {name} {value:>8,.1f} ms" for name, value in times)
