"""The whole program before a real browser: Debian's Chromium, by playwright, in the loop of the tests."""

import asyncio
import shutil
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import uvicorn
from msgspec.structs import replace
from playwright.async_api import Browser, async_playwright

from petrel import app, settings
from petrel.api.http.limits import Limits
from petrel.core import limits

CHROMIUM = shutil.which("chromium-headless-shell")


@asynccontextmanager
async def served() -> AsyncIterator[str]:
    """The address of a web process over the doors that are open: a secure place, since it is this machine's own."""
    app.load_api()
    listening = socket.create_server(("127.0.0.1", 0))
    address = f"http://localhost:{listening.getsockname()[1]}"
    before = limits.current()
    limits.install(replace(before, base_url=address))
    door = await app.web_app(settings.Settings(data="unused", base_url=address, nothing_after_ms=0), Limits(on=False))
    server = uvicorn.Server(uvicorn.Config(door, log_level="error", lifespan="off"))
    running = asyncio.create_task(server.serve([listening]))
    try:
        yield address
    finally:
        server.should_exit = True
        await running
        listening.close()
        limits.install(before)


@asynccontextmanager
async def browser() -> AsyncIterator[Browser]:
    async with async_playwright() as playwright:
        started = await playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        try:
            yield started
        finally:
            await started.close()
