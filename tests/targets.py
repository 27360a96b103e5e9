"""Real targets for backups on loopback: an sshd of our own, and an S3 server."""

import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from drills import hosts
from petrel.ops.drills import Impossible
from petrel.outside.stores import Access

Target = tuple[str, Access]


@contextmanager
def ssh_host(folder: Path) -> Iterator[Target]:
    """An sshd that gives only SFTP: URL of a directory on it, and how to get in. Skips where there is none."""
    try:
        with hosts.ssh_host(folder) as found:
            yield found
    except Impossible as e:
        pytest.skip(f"the target over SSH was not tried: {e}")


@contextmanager
def s3_host() -> Iterator[Target]:
    """A server that speaks S3, with an empty bucket: its URL, and how to get in."""
    try:
        from moto.server import ThreadedMotoServer
    except ImportError:
        pytest.skip("the target S3 was not tried: moto is not installed")
    server = ThreadedMotoServer("127.0.0.1", 0, verbose=False)
    server.start()
    try:
        endpoint = "http://{}:{}".format(*server.get_host_and_port())
        urllib.request.urlopen(urllib.request.Request(f"{endpoint}/bucket", method="PUT"), timeout=10).close()
        yield "s3://bucket/site", Access(s3_endpoint=endpoint, s3_region="us-east-1", s3_key="key", s3_secret="secret")
    finally:
        server.stop()
