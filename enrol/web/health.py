"""For machines: is the process alive, and can it do its work?"""

from flask import Blueprint, Flask, Response

from enrol.services import readiness

blueprint = Blueprint("health", __name__)


@blueprint.get("/healthz")
def alive() -> Response:
    """Say that the process answers; touches nothing else."""
    return Response("ok\n", mimetype="text/plain")


@blueprint.get("/readyz")
def ready() -> Response:
    """Say whether the database answers and has its tables; 503 when not."""
    is_ready = readiness.is_ready()
    return Response(
        "ready\n" if is_ready else "not ready\n",
        status=200 if is_ready else 503,
        mimetype="text/plain",
    )


def register(app: Flask) -> None:
    """Put the two addresses on the application."""
    app.register_blueprint(blueprint)
