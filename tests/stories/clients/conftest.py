"""One site for all clients."""

from collections.abc import Iterator

import psutil
import pytest

from tests.stories.running import RunningSite


@pytest.fixture(scope="package")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningSite]:
    """Stops cleanly at the end, having said nothing of errors."""
    running = RunningSite(tmp_path_factory.mktemp("site"), rate_limits="off", newcomer_hours="0",
                          registrations="open")
    try:
        yield running
        family = psutil.Process(running.process.pid).children(recursive=True)
        assert running.stop() == 0
        assert [one for one in family if one.is_running() and one.status() != psutil.STATUS_ZOMBIE] == []
        console = running.console.read_text()
        wrong = [line for line in console.splitlines() if "level=error" in line and "event=alert " not in line]
        assert "Traceback" not in console and not wrong, console    # a busy machine may have something to alert of
    finally:
        running.end()
