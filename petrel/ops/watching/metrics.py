"""Metrics as Prometheus reads them: text format 0.0.4, on a port of this machine only.

source: Prometheus, "Exposition formats".
"""

import asyncio
import time
from collections.abc import Callable, Iterable, Iterator

import structlog

from petrel.ops.watching.shapes import Measure
from petrel.ops.watching.tally import BUCKETS_MS, Tally
from petrel.storage.build import VERSION

log = structlog.get_logger("petrel.watching")

ASK_S = 5.0
HEAD = b"HTTP/1.1 %s\r\nContent-Type: text/plain; version=0.0.4; charset=utf-8\r\nConnection: close\r\n" \
       b"Content-Length: %d\r\n\r\n"


def text(tally: Tally | None, measures: Iterable[Measure], measured_at_s: float) -> str:
    """The whole page. `measured_at_s`: when the measures are of, seconds since 1970."""
    lines = ["# TYPE petrel_build_info gauge", f"petrel_build_info{_labels(release=VERSION)} 1",
             *_measured(measures), "# TYPE petrel_measured_at_seconds gauge",
             f"petrel_measured_at_seconds {measured_at_s:.3f}"]
    if tally is not None:
        lines += _answers(tally)
        lines.append("# TYPE petrel_log_lines_total counter")
        lines += [f'petrel_log_lines_total{{level="{level}"}} {count}' for level, count in tally.lines().items()]
    return "\n".join(lines) + "\n"


def _measured(measures: Iterable[Measure]) -> Iterator[str]:
    last = ""
    for one in sorted(measures, key=lambda m: (m.name, m.target)):
        if one.name != last:
            yield f"# TYPE petrel_{one.name} gauge"
            last = one.name
        yield f"petrel_{one.name}{_labels(target=one.target) if one.target else ''} {one.value:.10g}"


def _answers(tally: Tally) -> Iterator[str]:
    found = list(tally.routes())
    yield "# TYPE petrel_answers_total counter"
    for route, classes, _, _ in found:
        for status, count in classes.items():
            if count:
                yield f"petrel_answers_total{_labels(route=route, status=status)} {count}"
    yield "# TYPE petrel_answer_seconds histogram"
    for route, classes, seconds, buckets in found:
        so_far = 0
        for most_ms, count in zip(BUCKETS_MS, buckets, strict=True):
            so_far += count
            yield f"petrel_answer_seconds_bucket{_labels(route=route, le=f'{most_ms / 1000:g}')} {so_far}"
        whole = sum(classes.values())
        yield f"petrel_answer_seconds_bucket{_labels(route=route, le='+Inf')} {whole}"
        yield f"petrel_answer_seconds_sum{_labels(route=route)} {seconds:.6f}"
        yield f"petrel_answer_seconds_count{_labels(route=route)} {whole}"


def _labels(**labels: str) -> str:
    shown = {name: value.replace("\\", r"\\").replace('"', r"\"").replace("\n", r"\n")
             for name, value in labels.items()}
    return "{" + ",".join(f'{name}="{value}"' for name, value in shown.items()) + "}"


async def serve(port: int, page: Callable[[], str]) -> asyncio.Server | None:
    """GET /metrics on 127.0.0.1. None, and a line in the log, when the port is taken: that is no reason to stop."""

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            async with asyncio.timeout(ASK_S):
                asked = (await reader.readuntil(b"\r\n\r\n")).split(b" ", 2)
                is_known = asked[0] == b"GET" and asked[1].partition(b"?")[0] == b"/metrics"
                body = page().encode() if is_known else b"GET /metrics\n"
                writer.write(HEAD % (b"200 OK" if is_known else b"404 Not Found", len(body)) + body)
                await writer.drain()
        except (OSError, EOFError, ValueError, IndexError, TimeoutError, asyncio.LimitOverrunError):
            pass
        finally:
            writer.close()

    try:
        return await asyncio.start_server(answer, "127.0.0.1", port)
    except OSError as e:
        log.error("metrics cannot be served", port=port, error=e.strerror, at=round(time.time()))
        return None
