"""Who has a seat now: by the counting results, and after rounds as the last one left it."""

SEATED = """
    SELECT p.code, p.school_id, p.band, p.rank, p.number, runs.stage
      FROM placements p
      JOIN runs ON runs.id = p.run_id AND runs.outcome = (
        SELECT CASE WHEN phase IN ('final', 'settled') THEN 'final' ELSE 'provisional' END
          FROM intakes WHERE id = :intake_id)
     WHERE runs.intake_id = :intake_id AND p.school_id = ANY(CAST(:schools AS int[]))
       AND (runs.stage = 2 OR runs.intake_zone_id IN (
         SELECT intake_zone_id FROM seat_plans
          WHERE intake_id = :intake_id AND school_id = ANY(CAST(:schools AS int[]))))
       AND NOT EXISTS (SELECT FROM held_seats WHERE intake_id = :intake_id)
     UNION ALL
    SELECT g.code, h.school_id, first.band,
           CASE WHEN first.is_there THEN first.rank
                ELSE array_position(g.wishes, h.school_id) END,
           first.number, first.stage
      FROM held_seats h
      JOIN registrations g ON g.id = h.registration_id
     CROSS JOIN LATERAL (
       SELECT p.band, p.rank, p.number, runs.stage,
              p.school_id IS NOT DISTINCT FROM h.school_id AS is_there
         FROM placements p
         JOIN runs ON runs.id = p.run_id AND runs.outcome = 'final'
        WHERE runs.intake_id = :intake_id AND p.code = g.code
          AND (runs.stage = 2 OR runs.intake_zone_id = g.intake_zone_id)
        ORDER BY is_there DESC, runs.stage LIMIT 1) first
     WHERE h.intake_id = :intake_id AND h.school_id = ANY(CAST(:schools AS int[]))
"""
"""Rows of code, school_id, band, rank, number and stage at the schools ``:schools`` of the intake
``:intake_id``. Band, number and stage are of the run that placed the child there, else of its
zone's; the rank of a wish is None after re-routing.
"""
