from collections.abc import Iterator

import pytest

from petrel.ops.databases.debian import Homes
from tests.debian import homes


@pytest.fixture(scope="module")
def places(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Homes]:
    """Where Debian's programs make the servers of this module, and nobody else's."""
    with homes(tmp_path_factory.mktemp("homes")) as own:
        yield own
