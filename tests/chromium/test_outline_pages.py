"""An outline of a zone, seen before it is written, in a real browser: what axe finds."""

import json
import os

import pytest
from sqlalchemy import update

from enrol.services import loading_uploads
from enrol.store.db import transaction
from enrol.store.tables.units import residential_groups, zones
from enrol.web.extensions import limiter
from tests.chromium.pressing import press
from tests.chromium.test_final_pages import sign_in
from tests.chromium.test_staff_pages import DESKTOP, PHONE, judge, tab
from tests.web.staff import build_house

pytestmark = [
    pytest.mark.browser,
    pytest.mark.timeout(300),
    pytest.mark.filterwarnings("ignore:Passing SelectField choices as tuples"),
]

NOW = [[105.84, 21.02], [105.852, 21.021], [105.851, 21.031], [105.843, 21.03], [105.84, 21.02]]
THEN = [[105.842, 21.02], [105.856, 21.02], [105.855, 21.03], [105.846, 21.034], [105.842, 21.02]]


@pytest.mark.parametrize(("language", "viewport"), [("vi", PHONE), ("en", DESKTOP)])
def test_the_preview_of_an_outline(chromium, served, app, adapters, tmp_path, language, viewport):
    limiter.reset()
    build_house(app)
    places = {"16A": (21.026, 105.845), "VP4": (21.0215, 105.8405)}
    with transaction() as tx:
        ground = {"type": "Polygon", "coordinates": [NOW]}
        tx.execute(update(zones).where(zones.c.code == "T00070").values(boundary=ground))
        for label, (latitude, longitude) in places.items():
            tx.execute(
                update(residential_groups)
                .where(residential_groups.c.label == label)
                .values(latitude=latitude, longitude=longitude)
            )
    feature = {
        "type": "Feature",
        "id": "T00070",
        "properties": {},
        "geometry": {"type": "Polygon", "coordinates": [THEN]},
    }
    file = tmp_path / "zones.geojson"
    file.write_text(json.dumps({"type": "FeatureCollection", "features": [feature]}))
    seen: list[str] = []
    with tab(chromium, viewport=viewport) as ward:
        ward.goto(f"{served}/?lang={language}")
        sign_in(ward, served, "ward@example.vn")
        ward.goto(f"{served}/dieu-hanh/nhap-tep")
        judge(ward, seen)
        ward.set_input_files("#files", str(file))
        press(ward, "main #main-form button")
        loading_uploads.check_import(import_id=1, folders=adapters.uploads)
        ward.reload()
        judge(ward, seen)
        assert ward.locator("main svg polygon").count() == 2
        if folder := os.environ.get("ENROL_PICTURES"):
            picture = f"{folder}/outline-{language}-{viewport['width']}.png"
            ward.screenshot(path=picture, full_page=True)
    limiter.reset()
    assert not seen, "\n".join(seen)
