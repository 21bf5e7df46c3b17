"""The one error of this package."""


class EmbeddedServicesError(RuntimeError):
    """The embedded servers cannot run; the text is one line that says why and what to do."""
