"""Half of a city in one zone: the load that a queue of its own must carry."""

from sqlalchemy import text

from enrol.store.db import transaction


def crowd_one_zone() -> None:
    """Let half of all children live in one zone, as when a new quarter is full of young families:
    groups of other zones are made its own until it holds half.
    """
    with transaction() as tx:
        tx.execute(text(_CROWD))


_CROWD = """
WITH homes AS (
  SELECT g.id, g.zone_id, count(*) AS children
    FROM residential_groups g JOIN residences r ON r.group_id = g.id AND r.kind = 'current'
   GROUP BY g.id, g.zone_id
), chosen AS (
  SELECT zone_id FROM homes JOIN intake_zones USING (zone_id)
   GROUP BY zone_id ORDER BY sum(children) DESC, zone_id LIMIT 1
), counted AS (
  SELECT h.id, sum(h.children) OVER (ORDER BY h.zone_id <> c.zone_id, h.id) AS so_far,
         sum(h.children) OVER () AS everybody
    FROM homes h, chosen c
)
UPDATE residential_groups g SET zone_id = chosen.zone_id
  FROM counted, chosen
 WHERE counted.id = g.id AND counted.so_far <= counted.everybody / 2"""
