"""The least that Flask can do, on the same gunicorn: what every page is compared with."""

from flask import Flask

app = Flask(__name__)


@app.get("/")
def hello() -> str:
    return "hello"
