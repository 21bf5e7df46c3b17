"""Fixtures for every test: the servers, an empty database and a Valkey database a process."""

import os
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path

import pytest
import redis

from tests.services import Host, Services, ask

pytest_plugins = ["tests.application"]

_HOST = pytest.StashKey[Host]()
_DIRECTORY = "enrol_services_directory"
_numbers = count(1)


def pytest_configure(config: pytest.Config) -> None:
    if not hasattr(config, "workerinput"):
        config.stash[_HOST] = Host()


def pytest_unconfigure(config: pytest.Config) -> None:
    host = config.stash.get(_HOST, None)
    if host is not None:
        host.close()


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node) -> None:
    """Tell a process of pytest-xdist where to ask."""
    node.workerinput[_DIRECTORY] = str(node.config.stash[_HOST].directory)


@pytest.fixture(scope="session")
def process_number() -> int:
    """0 for the first (or only) process of the run, 1 for the next."""
    return int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))


@pytest.fixture(scope="session")
def services(request: pytest.FixtureRequest) -> Services:
    """The run's PostgreSQL and Valkey, shared by all its processes."""
    if hasattr(request.config, "workerinput"):
        directory = Path(request.config.workerinput[_DIRECTORY])
    else:
        directory = request.config.stash[_HOST].directory
    return ask(directory)


@pytest.fixture(scope="session")
def database_url(services: Services, process_number: int) -> Iterator[str]:
    """An empty database of this process alone, for the whole run: extensions, but no tables."""
    name = f"enrol_test_{os.getpid()}_{process_number}"
    yield services.create_database(name)
    services.drop_database(name)


@pytest.fixture
def new_database(services: Services, process_number: int) -> Iterator[Callable[..., str]]:
    """Make further databases: ``new_database()`` empty, ``new_database(template=NAME)`` a copy."""
    made: list[str] = []

    def make(*, template: str = "template1") -> str:
        made.append(f"enrol_test_{os.getpid()}_{process_number}_{next(_numbers)}")
        return services.create_database(made[-1], template=template)

    yield make
    for name in made:
        services.drop_database(name)


@pytest.fixture(scope="session")
def redis_url(services: Services, process_number: int) -> str:
    """A numbered Valkey database of this process alone; what one test leaves, the next one sees."""
    return services.redis_url_of(process_number + 1)


@pytest.fixture
def empty_redis_url(redis_url: str) -> Iterator[str]:
    """The same, emptied before and after the test."""
    with redis.Redis.from_url(redis_url) as connection:
        connection.flushdb()
        yield redis_url
        connection.flushdb()
