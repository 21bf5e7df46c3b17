"""What a family takes away to check by itself, shown to nobody else."""

from flask import Response, render_template
from flask.typing import ResponseReturnValue

from enrol.services import proving
from enrol.services.refusals import NotFound
from enrol.web.guards import family, family_blueprint
from enrol.web.offered import offered_files, offered_verifier

blueprint = family_blueprint("proof", __name__, url_prefix="/gia-dinh")


@blueprint.get("/kiem-chung")
def own() -> ResponseReturnValue:
    try:
        proof = proving.own_proof(actor=family())
    except NotFound:
        proof = None
    return render_template(
        "parents/proof.html",
        proof=proof,
        verifier=offered_verifier(proof.intake) if proof else None,
        files=offered_files(proof.intake) if proof else (),
    )


@blueprint.get("/proof.json")
def proof_file() -> Response:
    return _file(proving.own_proof(actor=family()).document, "proof.json")


@blueprint.get("/submission.json")
def submission_file() -> Response:
    return _file(proving.own_submission(actor=family()), "submission.json")


def _file(body: bytes, name: str) -> Response:
    response = Response(body, mimetype="application/json")
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
