"""The entry for gunicorn."""

from enrol.config import Settings
from enrol.factory import create_app

app = create_app(Settings.load())
