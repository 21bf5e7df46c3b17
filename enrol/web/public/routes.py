"""Public pages."""

from flask import Blueprint, render_template

blueprint = Blueprint("public", __name__)


@blueprint.get("/")
def start() -> str:
    return render_template("public/start.html")


@blueprint.get("/quy-dinh")
def rules() -> str:
    return render_template("public/start.html")


@blueprint.get("/truong")
def wards() -> str:
    return render_template("public/start.html")


@blueprint.get("/tra-cuu")
def find_result() -> str:
    return render_template("public/start.html")


@blueprint.get("/du-lieu-ca-nhan")
def privacy() -> str:
    return render_template("public/start.html")


@blueprint.get("/tiep-can")
def accessibility() -> str:
    return render_template("public/start.html")
