"""Whatever is asked by the document, and against it, is answered as the document says."""

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given
from hypothesis import settings as examples
from schemathesis import GenerationMode
from schemathesis.specs.openapi.checks import negative_data_rejection

from tests.partners import make_token, publish_drawn

# Schemathesis reads a file's answer whole and leaves it to the collector to close it.
pytestmark = pytest.mark.filterwarnings("ignore:unclosed file:ResourceWarning")

DOCUMENT = "/api/v1/openapi.json"
BOUNDED = examples(
    max_examples=20,
    derandomize=True,
    database=None,
    deadline=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)
REAL = {"intake": "HN-L1-2026", "school": "Z001S0", "name": "verify.pyz"}

# What counts there as wrong is a missing token, which this test then adds, or a parameter the
# document does not name, which the API passes over. Wrong values: tests/web/test_partner_api.py.
NOT_OURS = [negative_data_rejection]


@pytest.fixture
def api(app, adapters, empty_redis_url, monkeypatch):
    """The document, and a token with every right, without a limit on how often it asks."""
    drawn = publish_drawn(adapters)
    monkeypatch.setitem(app.extensions["enrol_partners"].extensions, "enrol_partner_limit", _none)
    made = make_token(adapters, actor=drawn.officer, unit_id=drawn.world.ward_id)
    document = schemathesis.openapi.from_wsgi(DOCUMENT, app)
    return document, {"Authorization": f"Bearer {made.token}"}


def _none():
    return None


@pytest.mark.parametrize("mode", list(GenerationMode))
@pytest.mark.parametrize("is_real", [True, False], ids=["what is there", "anything"])
def test_every_address_keeps_to_its_document(api, mode, is_real):
    document, headers = api
    statuses = set()

    for found in document.get_all_operations():
        operation = found.ok()
        named = {p.name: REAL[p.name] for p in operation.path_parameters} if is_real else None

        @BOUNDED
        @given(case=operation.as_strategy(mode, path_parameters=named or None))
        def keeps(case):
            answer = case.call_and_validate(headers=headers, excluded_checks=NOT_OURS)
            statuses.add(answer.status_code)

        keeps()

    assert statuses <= {200, 401, 404, 405, 422}
    assert (200 in statuses) or not is_real or mode is GenerationMode.NEGATIVE
