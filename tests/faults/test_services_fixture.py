"""The fixtures every other test stands on."""

import psycopg
import pytest
import redis
from sqlalchemy import create_engine, text


@pytest.mark.parametrize("turn", [1, 2])
def test_the_database_of_a_process_is_its_own_and_has_the_extensions(database_url, turn):
    engine = create_engine(database_url)
    with engine.begin() as connection:
        found = set(connection.scalars(text("SELECT extname FROM pg_extension")))
        superuser = connection.scalar(
            text("SELECT rolsuper FROM pg_roles WHERE rolname = current_user")
        )
        tables = connection.scalar(
            text("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'")
        )
    engine.dispose()
    assert {"unaccent", "pg_trgm", "btree_gist"} <= found
    assert superuser is False
    assert tables == 0


def test_a_database_can_be_copied_from_another(new_database):
    plain = new_database().replace("+psycopg", "")
    with psycopg.connect(plain) as connection:
        connection.execute("CREATE TABLE seat (number int)")
        connection.execute("INSERT INTO seat VALUES (7)")
        name = connection.info.dbname
    copy = new_database(template=name).replace("+psycopg", "")
    with psycopg.connect(copy) as connection:
        assert connection.execute("SELECT number FROM seat").fetchall() == [(7,)]


def test_redis_starts_empty(empty_redis_url):
    with redis.Redis.from_url(empty_redis_url) as connection:
        assert connection.dbsize() == 0
        connection.set("left", "behind")


def test_redis_starts_empty_again(empty_redis_url):
    with redis.Redis.from_url(empty_redis_url) as connection:
        assert connection.dbsize() == 0
        connection.set("left", "behind")
