"""The same journey as most teams would write it first: ORM objects, WTForms widgets, no tuning.

It stands here to be compared with, on the same tables, the same gunicorn and the same words. It is
not a caricature: one session a request, relationships where they are natural, indexes as they are,
every page with the fields of ours. It leaves out what ours does besides (facts, bands, journal
seals, limits), so the comparison flatters it.
"""
