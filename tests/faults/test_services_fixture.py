"""The fixtures every other test stands on."""

import psycopg
import redis


def test_a_new_database_is_empty(new_database):
    with psycopg.connect(new_database().replace("+psycopg", "")) as connection:
        query = "SELECT count(*) FROM pg_tables WHERE schemaname = 'public'"
        assert connection.execute(query).fetchone() == (0,)


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
