"""Signing in."""

from flask import Blueprint, render_template

blueprint = Blueprint("entrance", __name__, url_prefix="/gia-dinh")


@blueprint.get("/dang-nhap")
def sign_in() -> str:
    return render_template("public/start.html")
