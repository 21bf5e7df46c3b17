"""Who may open which page: every route stands here (tests/web/test_routes_access.py).

``public``: anybody. ``family``: a family signed in for one child. ``staff``: any signed-in officer;
``city``, ``ward`` and ``school``: an officer of that role.
"""

ACCESS = {
    "static": "public",
    "health.alive": "public",
    "health.ready": "public",
}
