"""From provisional to final results: errors reported, facts corrected, everything run again."""

import json
import zipfile
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select, text, update
from sqlalchemy.exc import IntegrityError

from enrol.adapters.bundle_files import BundleFiles
from enrol.adapters.result_files import ResultFiles
from enrol.core import bundle
from enrol.core.actors import SCHOOL_OFFICER
from enrol.core.corrections import Correction, CorrectionReason, corrected
from enrol.core.results import compute
from enrol.core.sealing import canonical_json, entry_bytes, merkle_root
from enrol.core.verification import verify
from enrol.services import (
    agreeing,
    bundling,
    deciding_reports,
    final_runs,
    publishing,
    reading_reports,
    relaying,
    reporting_errors,
)
from enrol.services.deciding_reports import AlreadyDecided, FactsUnknown, NothingToCorrect
from enrol.services.final_runs import AlreadyEnded, ReasonMissing, ReportsUndecided, WindowNotOver
from enrol.services.phases import WrongPhase
from enrol.services.refusals import NotFound
from enrol.services.reporting_errors import ReportsOver
from enrol.store import child_files, final_outcomes, rolls
from enrol.store import runs as stored_runs
from enrol.store.db import transaction
from enrol.store.tables.corrections import corrections
from enrol.store.tables.intakes import intakes, publications
from enrol.store.tables.journal import journal
from enrol.store.tables.outbox import outbox
from enrol.store.tables.runs import runs
from enrol.store.tables.schools import schools
from tests.agreed import ask, confirm, let_the_minute_come, publish, second_officer
from tests.corrected import (
    compute_final,
    decide,
    facts_of,
    family_of,
    final_run_ids,
    let_the_window_end,
    placements_of,
    report,
    ward_officer,
)
from tests.drawn import RULES, draw_intake
from tests.integration.test_allocating import allocate, staged
from tests.officers import add_officer

INTAKE = "HN-L1-2026"


@pytest.fixture
def published(app):
    drawn = draw_intake(zones_=2, children_=40, seats=10)
    allocate(drawn)
    publish(officer=drawn.officer, intake_id=drawn.intake_id)
    return drawn


def unlucky(drawn) -> str:
    """A child of the worst band whose correction to the best must lead it elsewhere."""
    ended = placements_of(drawn, "provisional")
    return next(
        entry.code
        for entry in drawn.entries
        if ended[entry.code].band == 3 and ended[entry.code].rank is None
    )


def journalled(action: str) -> list[dict]:
    with transaction() as tx:
        query = select(journal.c.detail).where(journal.c.action == action).order_by(journal.c.id)
        return list(tx.execute(query).scalars())


def desk(drawn) -> final_runs.FinalDesk:
    return final_runs.final_desk(actor=drawn.officer, intake_id=drawn.intake_id)


def corrected_one(drawn) -> str:
    code = unlucky(drawn)
    decide(drawn, report(code), permanent_in_zone=True, current_in_zone=True)
    let_the_window_end(drawn)
    compute_final(drawn)
    return code


def test_the_window_ends_at_a_midnight_the_intake_states(published):
    with transaction() as tx:
        row = tx.execute(
            select(publications.c.published_at, publications.c.correction_ends_at)
        ).one()

    assert timedelta(days=3) < row.correction_ends_at - row.published_at <= timedelta(days=4)
    assert row.correction_ends_at.astimezone(reporting_errors.VIETNAM).hour == 0


def test_a_family_reports_once_and_reads_the_reply(published):
    code = unlucky(published)
    first = report(code)

    again = report(code, fact="zone")
    decide(published, first)

    shown = reporting_errors.desk_of(actor=family_of(code))
    assert again == first
    assert [one.reply for one in shown.reports] == ["Nhà trường đã kiểm tra giấy tờ."]
    assert shown.reports[0].outcome == "kept"
    assert shown.may_report
    assert journalled("error.reported") == [{"report": first.report_id, "error": "residence"}]


def test_nothing_is_taken_after_the_end_by_the_database_clock(published):
    let_the_window_end(published)

    with pytest.raises(ReportsOver):
        report(unlucky(published))
    assert not reporting_errors.desk_of(actor=family_of(unlucky(published))).may_report


@pytest.mark.parametrize(("fact", "words"), [("hour", "x"), ("zone", " "), ("zone", "x" * 1001)])
def test_a_report_needs_a_fact_of_the_list_and_words(published, fact, words):
    with pytest.raises(reporting_errors.WordsNeeded):
        reporting_errors.report_error(
            actor=family_of(published.entries[0].code), fact=fact, words=words
        )


def test_a_correction_keeps_the_frozen_entry_and_says_what_changed(published):
    code = unlucky(published)
    frozen = next(entry for entry in published.entries if entry.code == code)

    decide(published, report(code), permanent_in_zone=True)

    with transaction() as tx:
        row = tx.execute(select(corrections)).one()
        counted = list(final_outcomes.counted_lines(tx, intake_id=published.intake_id))
    after = replace(frozen, facts=replace(frozen.facts, permanent_in_zone=True))
    assert (row.before, row.entry) == (entry_bytes(frozen).decode(), entry_bytes(after).decode())
    assert len(counted) == len(published.entries)
    assert row.entry in counted
    assert row.before not in counted
    [made] = journalled("correction.made")
    assert made["facts_before"] == ["permanent_in_zone=false"]
    assert made["facts_now"] == ["permanent_in_zone=true"]


def test_only_facts_of_this_intake_can_be_stated(published):
    reported = report(unlucky(published))

    for wrong in (
        {"zone": "Z999"},
        {"zone": None},
        {"sibling_schools": ("S1",)},
        {"policies": ("made-up",)},
        {"distances": (("S1", 5),)},
    ):
        with pytest.raises(FactsUnknown):
            decide(published, reported, **wrong)
    with pytest.raises(NothingToCorrect):
        decide(published, reported, zone=facts_of(published, reported.code).zone)


def test_a_decision_is_made_once(published):
    reported = report(unlucky(published))
    decide(published, reported)

    with pytest.raises(AlreadyDecided):
        decide(published, reported, permanent_in_zone=True)


def test_a_later_correction_takes_the_place_of_the_first_and_may_lead_back(published):
    code = unlucky(published)
    decide(published, report(code), permanent_in_zone=True)
    decide(published, report(code), permanent_in_zone=False, current_in_zone=False)
    with transaction() as tx:
        both = final_outcomes.corrections_of(tx, intake_id=published.intake_id)
    decide(published, report(code), current_in_zone=facts_of(published, code).current_in_zone)

    with transaction() as tx:
        none = final_outcomes.corrections_of(tx, intake_id=published.intake_id)
    assert json.loads(both[0].entry)["facts"]["current_in_zone"] is False
    assert none == []


def test_the_final_run_waits_for_the_window_and_for_every_decision(published):
    reported = report(unlucky(published))
    start = {"actor": published.officer, "intake_id": published.intake_id}

    with pytest.raises(WindowNotOver):
        final_runs.compute_final(**start)
    let_the_window_end(published)
    with pytest.raises(ReportsUndecided):
        final_runs.compute_final(**start)
    assert not desk(published).may_compute
    decide(published, reported)

    assert desk(published).may_compute
    assert final_runs.compute_final(**start) == 3
    assert set(final_run_ids(published)) <= set(staged("allocate_zone"))


def test_an_office_can_end_the_window_for_a_reason(published):
    step = {"actor": published.officer, "intake_id": published.intake_id}
    with pytest.raises(ReasonMissing):
        final_runs.end_corrections(**step, reason=" ")

    final_runs.end_corrections(**step, reason="Mọi gia đình đã xác nhận")

    assert desk(published).may_compute
    assert journalled("corrections.ended")[0]["reason"] == "Mọi gia đình đã xác nhận"
    with pytest.raises(AlreadyEnded):
        final_runs.end_corrections(**step, reason="Lần nữa")


def test_without_corrections_the_final_run_equals_the_first(published):
    let_the_window_end(published)
    compute_final(published)

    assert placements_of(published, "final") == placements_of(published, "provisional")
    with transaction() as tx:
        first, final = (
            stored_runs.digest_of_draw(tx, draw_id=published.draw_id, outcome=outcome)
            for outcome in ("provisional", "final")
        )
        hashes = set(tx.execute(select(runs.c.list_hash)).scalars())
    assert first == final
    assert hashes == {published.list_hash}
    assert desk(published).moved == 0


def test_the_final_run_is_the_whole_computation_over_the_corrected_list(published):
    code = corrected_one(published)

    after = replace(facts_of(published, code), permanent_in_zone=True, current_in_zone=True)
    correction = Correction(code, after, CorrectionReason.RESIDENCE)
    counted = corrected(entries=published.entries, corrections=[correction])
    expected = compute(
        entries=counted,
        seat_plans=published.plans,
        distances=published.distances,
        rules=RULES,
        key=published.key,
    ).results
    with transaction() as tx:
        stored = final_outcomes.results_of(tx, draw_id=published.draw_id)
        list_hash = tx.execute(
            select(runs.c.list_hash).where(runs.c.outcome == "final").distinct()
        ).scalar_one()
    assert stored == expected
    assert list_hash == merkle_root(entry_bytes(entry) for entry in counted).hex()
    before, final = (placements_of(published, which) for which in ("provisional", "final"))
    assert {c: p.number for c, p in before.items()} == {c: p.number for c, p in final.items()}
    assert final[code].band < before[code].band


def test_the_difference_names_who_moved_and_nobody_else(published):
    code = corrected_one(published)

    page = final_runs.differences_of(actor=published.officer, intake_id=published.intake_id)

    before, final = (placements_of(published, which) for which in ("provisional", "final"))
    moved = {c for c in before if before[c].school != final[c].school}
    assert {line.code for line in page.lines} == moved
    assert code in moved
    assert [line.code for line in page.lines if line.is_corrected] == [code]
    assert page.moved == len(moved)
    assert page.corrections == 1
    taken = final_runs.all_differences(actor=published.officer, intake_id=published.intake_id)
    assert tuple(taken) == page.lines
    assert journalled("differences.taken") == [{"lines": len(moved)}]


def test_a_child_led_to_another_zone_counts_there(published):
    code = unlucky(published)
    other = next(
        entry.facts.zone
        for entry in published.entries
        if entry.facts.zone != facts_of(published, code).zone
    )
    decide(published, report(code, fact="zone"), zone=other)
    let_the_window_end(published)
    compute_final(published)

    assert set(placements_of(published, "final")) == {e.code for e in published.entries}
    final_publication(published)
    built = bundling.build_bundle(intake_code=INTAKE)
    assert verify(built.members).holds


def test_nothing_is_corrected_after_the_final_run_began(published):
    code, other = unlucky(published), published.entries[0].code
    decide(published, report(code), permanent_in_zone=True)
    let_the_window_end(published)
    final_runs.compute_final(actor=published.officer, intake_id=published.intake_id)

    with pytest.raises(ReportsOver):
        report(other)
    with (
        pytest.raises(IntegrityError, match="final run"),
        transaction() as tx,
    ):
        tx.execute(update(corrections).values(replaced_at=text("now()")))


def test_a_correction_is_evidence(published):
    decide(published, report(unlucky(published)), permanent_in_zone=True)

    for statement in ("UPDATE corrections SET reason = 'zone'", "DELETE FROM corrections"):
        with pytest.raises(Exception, match="corrections"), transaction() as tx:
            tx.execute(text(statement))


def final_publication(drawn) -> None:
    request = ask(officer=drawn.officer, intake_id=drawn.intake_id)
    confirm(officer=second_officer(intake_id=drawn.intake_id), request=request)
    let_the_minute_come(request_id=request.request_id)
    publishing.publish_due(request_id=request.request_id)


def test_two_officers_publish_the_final_results_and_the_phase_follows(published):
    corrected_one(published)
    view = agreeing.agreement_of(actor=published.officer, intake_id=published.intake_id)

    final_publication(published)

    assert view.kind == "final"
    assert (view.totals["corrections"], view.totals["moved"]) == (1, desk(published).moved)
    with transaction() as tx:
        phase = tx.execute(select(intakes.c.phase)).scalar_one()
        known = dict(tx.execute(select(publications.c.kind, publications.c.outcome_digest)).all())
    assert phase == "final"
    assert known["final"] == view.digest != known["provisional"]
    assert [entry["kind"] for entry in journalled("intake.published")] == ["provisional", "final"]


def test_before_the_final_run_nothing_final_can_be_asked_for(published):
    with pytest.raises(WrongPhase):
        ask(officer=published.officer, intake_id=published.intake_id)


def test_a_list_corrected_behind_the_service_is_not_published(published):
    corrected_one(published)
    request = ask(officer=published.officer, intake_id=published.intake_id)
    confirm(officer=second_officer(intake_id=published.intake_id), request=request)
    let_the_minute_come(request_id=request.request_id)
    with transaction() as tx:
        tx.execute(text("ALTER TABLE corrections DISABLE TRIGGER USER"))
        tx.execute(update(corrections).values(replaced_at=text("now()")))
        tx.execute(text("ALTER TABLE corrections ENABLE TRIGGER USER"))

    assert publishing.publish_due(request_id=request.request_id) is None
    assert journalled("publication.altered")


def test_the_bundle_tells_the_whole_story_and_names_a_tampered_correction(published):
    code = corrected_one(published)
    first = bundling.build_bundle(intake_code=INTAKE).members
    final_publication(published)

    members = bundling.build_bundle(intake_code=INTAKE).members

    assert tuple(first) == bundle.MEMBERS
    assert tuple(members) == bundle.SEQUEL_MEMBERS
    assert all(first[name] == members[name] for name in bundle.MEMBERS[1:])
    assert members[bundle.CORRECTIONS].decode().splitlines()[1:] == [f"{code},residence"]
    assert verify(members).holds
    tampered = forged(members, bundle.CORRECTIONS, b"code,reason\n")
    report_ = verify(tampered)
    assert not report_.holds
    assert code in report_.differences[0].en


def forged(members, name, data):
    changed = {**members, name: data}
    manifest = json.loads(changed[bundle.MANIFEST])
    manifest["members"][name] = bundle.digest(data)
    return {**changed, bundle.MANIFEST: canonical_json(manifest)}


def test_readings_and_decisions_are_for_who_is_in_charge(published, app):
    reported = report(unlucky(published))
    nobody = add_officer(email="far@example.vn")
    look = {"code": reported.code, "report_id": reported.report_id}

    for actor in (nobody, family_of(published.entries[0].code)):
        with pytest.raises(NotFound):
            reading_reports.report_page(actor=actor, **look)
        with pytest.raises(NotFound):
            deciding_reports.decide_report(actor=actor, reply="Không", **look)
        with pytest.raises(NotFound):
            reading_reports.inbox(actor=actor, intake_id=published.intake_id)
        with pytest.raises(NotFound):
            final_runs.compute_final(actor=actor, intake_id=published.intake_id)
    with pytest.raises(NotFound):
        reading_reports.report_page(
            actor=published.officer, code=published.entries[0].code, report_id=reported.report_id
        )
    page = reading_reports.inbox(actor=ward_officer(published), intake_id=published.intake_id)
    assert [line.code for line in page.lines] == [reported.code]
    assert journalled("errors.read") == [{"codes": [reported.code]}]


def test_the_sweeper_finds_what_a_final_run_still_needs(published):
    let_the_window_end(published)
    final_runs.compute_final(actor=published.officer, intake_id=published.intake_id)
    with transaction() as tx:
        tx.execute(outbox.delete())

    relaying.restage_forgotten()

    assert len(staged("allocate_zone")) == 3


def render(adapters, directory, run_ids) -> None:
    for run_id in run_ids:
        publishing.render_zone(
            run_id=run_id,
            pages=ResultFiles(directory=directory),
            renderer=adapters.page_renderer,
            secrets=adapters.secrets,
        )


def zone_runs(outcome: str) -> list[int]:
    with transaction() as tx:
        query = select(runs.c.id).where(runs.c.outcome == outcome, runs.c.stage == 1)
        return list(tx.execute(query.order_by(runs.c.id)).scalars())


def shown(adapters, directory, code: str) -> str:
    path = publishing.result_path(token=adapters.secrets.result_token(code=code), language="vi")
    return (directory / INTAKE / "current" / path).read_text(encoding="utf-8")


def test_pages_show_the_final_result_and_late_pages_of_the_first_stay_behind(
    published, adapters, tmp_path
):
    render(adapters, tmp_path, zone_runs("provisional")[1:])
    code = corrected_one(published)
    final_publication(published)

    render(adapters, tmp_path, zone_runs("final"))
    render(adapters, tmp_path, zone_runs("provisional")[:1])

    page = shown(adapters, tmp_path, code)
    school = placements_of(published, "final")[code].school
    assert f"&lt;{school}&gt;" in page
    assert "Đây là kết quả chính thức." in page
    assert "Đây là kết quả dự kiến." not in page
    assert set(staged("render_results")) >= set(zone_runs("final"))


def test_the_sweeper_stages_pages_of_the_newest_publication_alone(published):
    corrected_one(published)
    final_publication(published)
    with transaction() as tx:
        tx.execute(outbox.delete())

    relaying.restage_forgotten()

    assert staged("render_results") == zone_runs("final")
    with transaction() as tx:
        whole = select(runs.c.id).where(runs.c.outcome == "final", runs.c.stage == 2)
        assert staged("publish_bundle") == [tx.execute(whole).scalar_one()]


def test_workers_offer_the_second_format_and_drop_the_first(published, tmp_path):
    corrected_one(published)
    final_publication(published)
    files = BundleFiles(directory=tmp_path)
    with transaction() as tx:
        query = select(runs.c.outcome, runs.c.id).where(runs.c.stage == 2)
        whole = dict(tx.execute(query).all())

    bundling.publish_bundle(run_id=whole["provisional"], files=files)
    assert files.offered(intake=INTAKE) == ()
    bundling.publish_bundle(run_id=whole["final"], files=files)

    [offered] = [file for file in files.offered(intake=INTAKE) if file.name.endswith(".zip")]
    with zipfile.ZipFile(next(tmp_path.rglob(offered.name))) as found:
        assert set(found.namelist()) == set(bundle.SEQUEL_MEMBERS)


def test_a_school_in_charge_reads_and_reports_but_does_not_decide(published):
    code = unlucky(published)
    school = add_officer(email="school@example.vn", role=SCHOOL_OFFICER, school_id=1)

    reported = reporting_errors.report_error_of_file(
        actor=school, code=code, fact="sibling", words="Anh của cháu học lớp 3A."
    )

    look = {"code": code, "report_id": reported.report_id}
    page = reading_reports.report_page(actor=school, **look)
    assert (page.report.reported_by, page.may_decide) == (school.staff_id, False)
    assert reading_reports.report_page(actor=ward_officer(published), **look).may_decide
    with pytest.raises(NotFound):
        deciding_reports.decide_report(actor=school, reply="Đúng", **look)


def test_rolls_follow_the_final_result_once_it_is_public(published):
    code = corrected_one(published)
    before = roll_with(published, code)

    final_publication(published)

    ended = {which: placements_of(published, which)[code] for which in ("provisional", "final")}
    assert before == {ended["provisional"].school}
    assert roll_with(published, code) == {ended["final"].school}
    assert before != {ended["final"].school}


def roll_with(drawn, code: str) -> set[str | None]:
    """The schools on whose rolls a registration stands."""
    with transaction() as tx:
        known = dict(tx.execute(select(schools.c.code, schools.c.id)).all())
        found = {
            school
            for school, school_id in known.items()
            for line in rolls.roll_of(tx, intake_id=drawn.intake_id, school_id=school_id)
            if line.code == code
        }
        seat = child_files.seat_of(tx, intake_id=drawn.intake_id, code=code)
    assert {known[school] for school in found} == {seat}
    return found
