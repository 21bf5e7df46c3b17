"""The partners' API: a token opens its unit and its rights, and nothing else."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select, update

from enrol.core.actors import CITY_OFFICER, Right
from enrol.services import giving_tokens, serving_partners
from enrol.store.db import transaction
from enrol.store.tables.intakes import intakes
from enrol.store.tables.journal import journal
from enrol.store.tables.partners import partner_tokens
from enrol.store.tables.runs import placements
from enrol.store.tables.schools import schools
from tests.officers import add_elsewhere
from tests.partners import ask, make_token, publish_drawn
from tests.world import set_phase

INTAKE = "/intakes/HN-L1-2026"
SCHOOL = f"{INTAKE}/schools/Z001S0"
PATHS = (
    "/intakes",
    INTAKE,
    f"{INTAKE}/schools",
    f"{INTAKE}/counters",
    f"{SCHOOL}/placements",
    f"{SCHOOL}/class-list",
    f"{INTAKE}/package",
    f"{INTAKE}/package/HN-L1-2026.zip",
    f"{INTAKE}/package/verify.pyz",
)


@pytest.fixture
def drawn(app, adapters, empty_redis_url):
    return publish_drawn(adapters)


@pytest.fixture
def token(drawn, adapters):
    return make_token(adapters, actor=drawn.officer, unit_id=drawn.world.ward_id).token


def entries(app, path, token):
    """Every entry of a list, page by page, as a partner's system follows them."""
    found, following = [], f"/api/v1{path}"
    while following:
        page = ask(app, following.removeprefix("/api/v1"), token=token).json
        found += page["entries"]
        following = page["next"]
    return found


def roll(drawn, school):
    with transaction() as tx:
        query = select(placements.c.code).where(placements.c.school_id == school_id(tx, school))
        return sorted(tx.execute(query).scalars())


def school_id(tx, code):
    return tx.execute(select(schools.c.id).where(schools.c.code == code)).scalar_one()


@pytest.mark.parametrize("path", PATHS)
def test_a_token_with_every_right_reads_everything_of_its_unit(app, token, path):
    response = ask(app, path, token=token)

    assert response.status_code == 200
    assert response.headers["ETag"]
    assert re.fullmatch(r'"token";r=\d+;t=\d+', response.headers["RateLimit"])
    assert response.headers["RateLimit-Policy"] == '"token";q=120;w=60'
    assert "Set-Cookie" not in response.headers
    assert response.headers["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("given", [None, "enrol_wrong", "", "á"])
def test_without_a_token_there_is_nothing(app, path, given):
    sent = {} if given is None else {"token": given}

    response = ask(app, path, **sent)

    assert response.status_code == 401
    assert response.content_type == "application/problem+json"
    assert response.headers["WWW-Authenticate"].startswith("Bearer")
    assert "RateLimit" not in response.headers


def test_another_scheme_or_a_cookie_is_no_token(app, token):
    client = app.test_client()
    client.set_cookie("__Host-enrol", token, secure=True)

    assert client.get("/api/v1/intakes").status_code == 401
    basic = client.get("/api/v1/intakes", headers={"Authorization": f"Basic {token}"})
    assert basic.status_code == 401


@pytest.mark.parametrize("path", PATHS[1:])
def test_a_token_of_another_unit_finds_nothing(app, drawn, adapters, path):
    elsewhere = add_elsewhere(drawn.world)
    foreign = make_token(adapters, actor=drawn.officer, unit_id=elsewhere.ward_id).token

    response = ask(app, path, token=foreign)

    shared = path in (INTAKE, f"{INTAKE}/schools", f"{INTAKE}/counters") or "package" in path
    assert response.status_code == (200 if shared else 404)
    if path.endswith("/schools"):
        assert [school["code"] for school in response.json["entries"]] == ["S9"]
    if path.endswith("/counters"):
        assert response.json["first_wishes"] == {"S9": 0}
        assert list(response.json["zones"]) == ["T00103"]


def test_what_is_foreign_and_what_is_nowhere_answer_alike(app, drawn, adapters):
    elsewhere = add_elsewhere(drawn.world)
    foreign = make_token(adapters, actor=drawn.officer, unit_id=elsewhere.ward_id).token

    one = ask(app, f"{SCHOOL}/class-list", token=foreign)
    other = ask(app, f"{INTAKE}/schools/NOWHERE/class-list", token=foreign)

    assert one.status_code == other.status_code == 404
    assert one.data == other.data


@pytest.mark.parametrize(
    ("path", "right"),
    [
        (f"{INTAKE}/counters", Right.COUNTERS),
        (f"{SCHOOL}/placements", Right.PLACEMENTS),
        (f"{SCHOOL}/class-list", Right.NAMES),
        (f"{INTAKE}/package", Right.BUNDLE),
        (f"{INTAKE}/package/verify.pyz", Right.BUNDLE),
    ],
)
def test_each_right_is_needed_and_is_enough(app, drawn, adapters, path, right):
    unit_id = drawn.world.ward_id
    lacking = make_token(
        adapters, actor=drawn.officer, unit_id=unit_id, rights=frozenset(Right) - {right}
    )
    having = make_token(adapters, actor=drawn.officer, unit_id=unit_id, rights=frozenset({right}))

    refused = ask(app, path, token=lacking.token)

    assert refused.status_code == 403
    assert refused.json["right"] == right.value
    assert 'error="insufficient_scope"' in refused.headers["WWW-Authenticate"]
    assert ask(app, path, token=having.token).status_code == 200


def test_pages_hold_every_entry_once_in_code_order(app, drawn, token):
    codes = [line["code"] for line in entries(app, f"{SCHOOL}/placements?limit=4", token)]

    assert codes == roll(drawn, "Z001S0")
    assert len(codes) == 11


def test_a_class_list_tells_names_and_their_order(app, drawn, token):
    lines = entries(app, f"{SCHOOL}/class-list?limit=4", token)

    assert [line["code"] for line in lines] == roll(drawn, "Z001S0")
    assert sorted(line["position"] for line in lines) == list(range(1, 12))
    by_name = [line["pupil_code"] for line in sorted(lines, key=lambda line: line["position"])]
    assert by_name == sorted(by_name)  # the world's names count up with the pupil codes
    assert all(line["full_name"].startswith("Nguyễn Thị Đào") for line in lines)


def test_names_are_journalled_and_kept_by_nobody(app, drawn, token):
    response = ask(app, f"{SCHOOL}/class-list", token=token)

    assert response.headers["Cache-Control"] == "no-store"
    with transaction() as tx:
        entry = tx.execute(select(journal).where(journal.c.action == "class_list.read")).one()
    assert entry.actor == "token:1"
    assert entry.subject == "Z001S0"
    assert entry.detail["codes"] == [line["code"] for line in response.json["entries"]]


def test_placements_hold_no_name(app, drawn, token):
    response = ask(app, f"{SCHOOL}/placements", token=token)

    assert "Nguyễn" not in response.text
    assert set(response.json["entries"][0]) == {"code", "band", "number", "rank", "stage"}
    with transaction() as tx:
        read = select(journal).where(journal.c.action == "class_list.read")
        assert tx.execute(read).all() == []


@pytest.mark.parametrize("phase", ["announced", "open", "closed", "drawn", "allocated"])
@pytest.mark.parametrize("what", ["placements", "class-list"])
def test_before_the_publication_nobody_has_a_seat(app, drawn, token, phase, what):
    set_phase(drawn.world, phase)

    assert ask(app, f"{SCHOOL}/{what}", token=token).status_code == 404


@pytest.mark.parametrize("change", [{"phase": "draft"}, {"kind": "rehearsal"}])
def test_drafts_and_rehearsals_never_leave_the_house(app, drawn, token, change):
    with transaction() as tx:
        tx.execute(update(intakes).values(**change))

    assert ask(app, "/intakes", token=token).json["entries"] == []
    for path in PATHS[1:]:
        assert ask(app, path, token=token).status_code == 404, path


def test_an_answer_that_has_not_changed_is_not_sent_again(app, token):
    first = ask(app, f"{SCHOOL}/placements", token=token)

    again = ask(app, f"{SCHOOL}/placements", token=token, If_None_Match=first.headers["ETag"])

    assert (again.status_code, again.data) == (304, b"")
    assert again.headers["Cache-Control"] == first.headers["Cache-Control"] == "private, no-cache"
    assert "Authorization" in first.headers["Vary"]


def test_the_decision_package_comes_byte_for_byte(app, drawn, token, adapters):
    [bundle, _verifier] = ask(app, f"{INTAKE}/package", token=token).json["entries"]

    fetched = ask(app, bundle["href"].removeprefix("/api/v1"), token=token)

    offered = adapters.bundles.offered(intake="HN-L1-2026")[0]
    assert fetched.data == offered.path.read_bytes()
    assert bundle["sha256"] == offered.sha256
    assert fetched.headers["ETag"] == f'"{offered.sha256}"'
    part = ask(app, f"{INTAKE}/package/HN-L1-2026.zip", token=token, Range="bytes=0-3")
    assert (part.status_code, part.data) == (206, b"PK\x03\x04")


@pytest.mark.parametrize("language", ["vi", "en"])
@pytest.mark.parametrize(
    ("path", "status", "title"),
    [
        ("/intakes?limit=0", 422, {"vi": "Một tham số không đúng", "en": "A parameter is wrong"}),
        (
            "/nowhere",
            404,
            {
                "vi": "Không có gì ở đây cho mã truy cập này",
                "en": "There is nothing here for this token",
            },
        ),
    ],
)
def test_a_problem_is_told_in_the_callers_language(app, token, language, path, status, title):
    response = ask(app, path, token=token, Accept_Language=f"{language}, *;q=0.1")

    assert response.status_code == status
    assert response.content_type == "application/problem+json"
    assert response.headers["Content-Language"] == language
    assert response.json["title"] == title[language]
    assert response.json["status"] == status


@pytest.mark.parametrize(
    ("query", "wrong"),
    [
        ("limit=501", ["limit"]),
        ("limit=x&after=%00", ["after", "limit"]),
        ("after=../..", ["after"]),
    ],
)
def test_a_wrong_parameter_is_named(app, token, query, wrong):
    response = ask(app, f"{INTAKE}/schools?{query}", token=token)

    assert response.status_code == 422
    assert response.json["parameters"] == wrong


@pytest.mark.parametrize("path", ["/intakes/%00", "/intakes/a%2Fb", "/intakes/é", "/", ""])
def test_odd_addresses_are_not_found(app, token, path):
    assert ask(app, path, token=token).status_code == 404


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH", "OPTIONS"])
def test_everything_is_only_read(app, token, method):
    response = app.test_client().open("/api/v1/intakes", method=method)

    assert response.status_code == 405
    assert set(response.headers["Allow"].split(", ")) == {"GET", "HEAD"}
    assert response.content_type == "application/problem+json"


def test_a_token_is_good_until_it_is_revoked_or_expires(app, drawn, adapters):
    first, second = (
        make_token(adapters, actor=drawn.officer, unit_id=drawn.world.ward_id) for _ in range(2)
    )

    giving_tokens.revoke_token(actor=drawn.officer, token_id=first.line.token_id)
    assert ask(app, "/intakes", token=first.token).status_code == 401
    assert ask(app, "/intakes", token=second.token).status_code == 200
    with transaction() as tx:
        past = datetime.now(UTC) - timedelta(days=2)
        tx.execute(update(partner_tokens).values(made_at=past, expires_at=past + timedelta(days=1)))
    assert ask(app, "/intakes", token=second.token).status_code == 401


def test_the_day_of_use_is_noted_once(app, drawn, token):
    def noted():
        with transaction() as tx:
            return tx.execute(select(partner_tokens.c.last_used_on)).scalar_one()

    assert noted() is None
    ask(app, "/intakes", token=token)
    first = noted()
    ask(app, "/intakes", token=token)

    assert first is not None
    assert noted() == first


def test_a_token_asks_so_often_and_no_more(app, drawn, adapters, token):
    statuses = [ask(app, INTAKE, token=token).status_code for _ in range(120)]
    refused = ask(app, INTAKE, token=token)
    other = make_token(adapters, actor=drawn.officer, unit_id=drawn.world.ward_id).token

    assert set(statuses) == {200}
    assert refused.status_code == 429
    assert 1 <= int(refused.headers["Retry-After"]) <= 60
    assert refused.headers["RateLimit"].startswith('"token";r=0;')
    assert ask(app, INTAKE, token=other).status_code == 200


def test_the_database_holds_no_token(app, drawn, token):
    with transaction() as tx:
        row = tx.execute(select(partner_tokens)).one()
        told = tx.execute(select(journal).where(journal.c.action == "token.made")).one()

    assert token not in str(row)
    assert token not in str(told)
    assert drawn.officer.has_role(CITY_OFFICER)


def test_the_document_describes_every_address(app):
    document = ask(app, "/openapi.json").json

    api = app.extensions["enrol_partners"]
    served = {
        re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", rule.rule)
        for rule in api.url_map.iter_rules()
        if rule.endpoint not in ("openapi.spec", "v1.nothing")
    }
    assert set(document["paths"]) == served
    for operations in document["paths"].values():
        assert operations["get"]["security"] == [{"token": []}]
        assert {"401", "404"} <= set(operations["get"]["responses"])


def test_services_refuse_by_themselves(app, drawn, token):
    partner = serving_partners.partner_with(token=token)
    weak = type(partner)(token_id=partner.token_id, unit_id=partner.unit_id, rights=frozenset())

    with pytest.raises(serving_partners.RightMissing):
        serving_partners.class_list(
            actor=weak, code="HN-L1-2026", school="Z001S0", after="", limit=1
        )
    with pytest.raises(serving_partners.TokenRefused):
        serving_partners.partner_with(token="enrol_guess")
