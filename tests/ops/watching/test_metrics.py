"""What Prometheus reads, what processes count together, and lines of the log that are too many."""

import asyncio
import logging
import os
from typing import Any

import pytest
import structlog
from prometheus_client.parser import text_string_to_metric_families

from petrel.ops.watching import Measure, Tally, logs, metrics


def samples(page: str) -> dict[tuple[str, ...], float]:
    return {(s.name, *(f"{k}={v}" for k, v in sorted(s.labels.items()))): s.value
            for family in text_string_to_metric_families(page) for s in family.samples}


def test_answers_of_all_processes_are_counted_together() -> None:
    tally = Tally(["/api/v1/timelines/home"])
    tally.observe("/api/v1/timelines/home", 200, 0.004)
    tally.observe("/api/v1/timelines/home", 503, 2.0)
    tally.observe("/nobody/knows/this", 404, 0.03)
    if (child := os.fork()) == 0:
        tally.observe("/api/v1/timelines/home", 200, 0.2)
        os._exit(0)
    os.waitpid(child, 0)
    found = samples(metrics.text(tally, [], 1.5))
    home = "route=/api/v1/timelines/home"
    assert found["petrel_answers_total", home, "status=2xx"] == 2
    assert found["petrel_answers_total", home, "status=5xx"] == 1
    assert found["petrel_answers_total", "route=unknown", "status=4xx"] == 1
    assert found["petrel_answer_seconds_bucket", "le=0.005", home] == 1
    assert found["petrel_answer_seconds_bucket", "le=0.25", home] == 2
    assert found["petrel_answer_seconds_bucket", "le=+Inf", home] == found["petrel_answer_seconds_count", home] == 3
    assert found["petrel_answer_seconds_sum", home] == pytest.approx(2.204)
    assert tally.answers() == (4, 1)


def test_measures_are_gauges_whatever_their_targets_are_called() -> None:
    found = samples(metrics.text(None, [Measure("lag_seconds", 1e-7, 'a "b"\\\nc'), Measure("jobs_dead", 3)], 9))
    assert found["petrel_lag_seconds", 'target=a "b"\\\nc'] == 1e-7 and found["petrel_jobs_dead",] == 3


async def test_the_port_answers_one_address_and_stands_anything() -> None:
    server = await metrics.serve(0, lambda: "petrel_x 1\n")
    assert server is not None
    port = server.sockets[0].getsockname()[1]
    try:
        for sent, wanted in ((b"GET /metrics HTTP/1.1\r\n\r\n", b"200"), (b"GET / HTTP/1.1\r\n\r\n", b"404"),
                             (b"POST /metrics HTTP/1.1\r\n\r\n", b"404"), (b"\r\n\r\n", b"404"), (b"x" * 70_000, b"")):
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.write(sent)
            writer.write_eof()
            try:
                answer = await reader.read()
            except ConnectionError:
                answer = b""
            assert answer[9:12] == wanted
            writer.close()
        assert await metrics.serve(port, str) is None, "a port that is taken is no reason to stop"
    finally:
        server.close()


def test_of_one_template_so_many_lines_and_the_rest_is_counted() -> None:
    now, counted = [0.0], []
    caps = logs.Caps(counted.append, lambda: now[0])
    admitted = [caps.admit("warning", f"job {n} failed") for n in range(100)]
    assert admitted.count(None) == 100 - logs.MOST and counted.count("left out") == 100 - logs.MOST
    assert caps.admit("error", "something else") == 0
    now[0] = logs.WINDOW_S
    assert caps.admit("warning", "job 7 failed") == 100 - logs.MOST, "the next one says how many"
    assert caps.admit("warning", "job 8 failed") == 0
    for n in range(3 * logs.MOST_TEMPLATES):
        caps.admit("info", "x" * (n % 190) + chr(0x4E00 + n))
    assert len(caps._seen) <= logs.MOST_TEMPLATES + 1, "no text fills the memory"


def test_both_kinds_of_loggers_go_through_it(capsys: Any) -> None:
    caps = logs.Caps()
    structlog.configure(processors=[caps.processor, structlog.processors.LogfmtRenderer()])
    try:
        for n in range(100):
            structlog.get_logger().info(f"line {n}", n=n)
    finally:
        structlog.reset_defaults()
    assert len(capsys.readouterr().out.splitlines()) == logs.MOST
    record = logging.LogRecord("x", logging.ERROR, "f", 1, "broken %s", ("pipe",), None)
    assert sum(caps.filter(record) for _ in range(100)) == logs.MOST
