"""What every process of a site at rest holds: all code is loaded before they fork, and nothing heavy with it."""

import subprocess
import sys

HEAVY = {"PIL", "acme", "aiohttp", "aiosmtplib", "av", "dns", "faker", "h2", "obstore", "playwright",
         "prometheus_client", "pyotp", "segno", "webauthn", "xml"}
LOADS = """
import sys
from petrel import app, program
from petrel.worker import followers, jobs, schedules, seals
app.load_rooms()
app.load_api()
print(*{name.partition(".")[0] for name in sys.modules})
"""


def test_what_few_need_is_loaded_by_those() -> None:
    found = subprocess.run([sys.executable, "-c", LOADS], capture_output=True, text=True, check=True, timeout=60)
    assert "petrel" in found.stdout.split()
    assert HEAVY & set(found.stdout.split()) == set()
