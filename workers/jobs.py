"""The jobs, by the names of ``services.ports.JOBS``. Each is handed outbox ids and nothing else.

Every job may run twice, at the same time as its twin, or never: what makes that harmless stands
in the service it calls.
"""

from enrol.services import (
    advancing,
    allocating,
    asking_registry,
    bundling,
    comparing,
    counting,
    estimating,
    exporting,
    flagging,
    loading_uploads,
    opening,
    publishing,
    running_rounds,
    summing_up,
    uploading,
    writing_lists,
)
from workers.application import application
from workers.lines import send_on_lines
from workers.performing import perform, perform_together

ZONES_AT_ONCE = 8
"""Runs that share their transactions. More would gain little, and a killed worker loses them all
and holds up to so many zones' computed seats in memory.
"""


def submit_drafts(outbox_ids: list[int]) -> None:
    """Submit what families of these intakes ticked before the window opened."""
    secrets = application().extensions["enrol_adapters"].secrets
    perform(
        job="submit_drafts",
        outbox_ids=outbox_ids,
        do=lambda intake_id: opening.submit_ticked(intake_id=intake_id, secrets=secrets),
    )


def allocate_zone(outbox_ids: list[int]) -> None:
    """Run the zones of these runs; the last one opens the second stage."""
    perform_together(
        job="allocate_zone", outbox_ids=outbox_ids, at_once=ZONES_AT_ONCE, do_all=_run_all, do=_run
    )


def allocate_leftovers(outbox_ids: list[int]) -> None:
    """Run the second stage of these intakes; then they are allocated."""
    perform(job="allocate_leftovers", outbox_ids=outbox_ids, do=_run)


def publish_outcome(outbox_ids: list[int]) -> None:
    """Publish what two officers confirmed, at its minute."""
    perform(
        job="publish_outcome",
        outbox_ids=outbox_ids,
        do=lambda request_id: publishing.publish_due(request_id=request_id),
    )


def render_results(outbox_ids: list[int]) -> None:
    """Write the published pages of these zones; the last one puts them in place."""
    perform(job="render_results", outbox_ids=outbox_ids, do=_render)


def publish_bundle(outbox_ids: list[int]) -> None:
    """Offer the files with which anybody checks the intakes of these second stages."""
    files = application().extensions["enrol_adapters"].bundles
    perform(
        job="publish_bundle",
        outbox_ids=outbox_ids,
        do=lambda run_id: bundling.publish_bundle(run_id=run_id, files=files),
    )


def hold_round(outbox_ids: list[int]) -> None:
    """Hold these rounds of the waiting lists."""
    perform(
        job="hold_round",
        outbox_ids=outbox_ids,
        do=lambda round_id: running_rounds.run_round(round_id=round_id),
    )


def refresh_counters(outbox_ids: list[int]) -> None:
    """Take the numbers of these intakes for the pages."""
    room = application().extensions["enrol_adapters"].waiting_room
    perform(
        job="refresh_counters",
        outbox_ids=outbox_ids,
        do=lambda intake_id: counting.refresh_intake(intake_id=intake_id, waiting_room=room),
    )


def estimate_zone(outbox_ids: list[int]) -> None:
    """Draw rehearsals for these zones, as far as they have changed."""
    perform(
        job="estimate_zone",
        outbox_ids=outbox_ids,
        do=lambda zone_id: estimating.estimate_zone(intake_zone_id=zone_id),
    )


def compute_what_if(outbox_ids: list[int]) -> None:
    """Compute these what-ifs of officers."""
    perform(
        job="compute_what_if",
        outbox_ids=outbox_ids,
        do=lambda what_if_id: comparing.compute_what_if(what_if_id=what_if_id),
    )


def write_export(outbox_ids: list[int]) -> None:
    """Write these files that officers asked for."""
    adapters = application().extensions["enrol_adapters"]
    perform(
        job="write_export",
        outbox_ids=outbox_ids,
        do=lambda export_id: writing_lists.write_export(
            export_id=export_id, files=adapters.exports, secrets=adapters.secrets
        ),
    )


def check_import(outbox_ids: list[int]) -> None:
    """Find out what these imports of officers would change."""
    folders = application().extensions["enrol_adapters"].uploads
    perform(
        job="check_import",
        outbox_ids=outbox_ids,
        do=lambda import_id: loading_uploads.check_import(import_id=import_id, folders=folders),
    )


def apply_import(outbox_ids: list[int]) -> None:
    """Apply these imports, each as a whole."""
    folders = application().extensions["enrol_adapters"].uploads
    perform(
        job="apply_import",
        outbox_ids=outbox_ids,
        do=lambda import_id: loading_uploads.apply_import(import_id=import_id, folders=folders),
    )


def delete_files(outbox_ids: list[int]) -> None:
    """Delete the files of officers that are older than a day."""
    perform(job="delete_files", outbox_ids=outbox_ids, do=lambda _nothing: _delete_files())


def ask_residences(outbox_ids: list[int]) -> None:
    """Ask the residence registry about the files of these zones."""
    registry = application().extensions["enrol_adapters"].registry
    perform(
        job="ask_residences",
        outbox_ids=outbox_ids,
        do=lambda zone_id: asking_registry.ask_zone(intake_zone_id=zone_id, registry=registry),
    )


def find_flags(outbox_ids: list[int]) -> None:
    """Look for what officers should be warned of in these zones."""
    perform(
        job="find_flags",
        outbox_ids=outbox_ids,
        do=lambda zone_id: flagging.find_flags(intake_zone_id=zone_id),
    )


def sum_up(outbox_ids: list[int]) -> None:
    """Count these publications for the open statistics."""
    perform(
        job="sum_up",
        outbox_ids=outbox_ids,
        do=lambda publication_id: summing_up.sum_up(publication_id=publication_id),
    )


def send_messages(outbox_ids: list[int]) -> None:
    """Send families what is due, whichever intake it was staged for."""
    perform(job="send_messages", outbox_ids=outbox_ids, do=lambda _intake_id: send_on_lines())


def _render(run_id: int) -> None:
    adapters = application().extensions["enrol_adapters"]
    publishing.render_zone(
        run_id=run_id,
        pages=adapters.result_pages,
        renderer=adapters.page_renderer,
        secrets=adapters.secrets,
    )


def _delete_files() -> None:
    adapters = application().extensions["enrol_adapters"]
    exporting.forget_old(files=adapters.exports)
    uploading.forget_old(folders=adapters.uploads)


def _run(run_id: int) -> None:
    _run_all([run_id])


def _run_all(run_ids: list[int]) -> None:
    done = allocating.run_zones(run_ids=run_ids)
    for last in {run.draw_id: run.run_id for run in done}.values():
        advancing.advance(run_id=last)
