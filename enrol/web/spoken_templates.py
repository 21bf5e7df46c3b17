"""Templates compiled once a language, with every fixed word and address already in them.

A page says dozens of things that are the same on every visit: messages without a variable, or with
one, addresses of other pages, names of style sheets. Looked up again for every visitor they cost
more than the rest of the page. So each language has an environment of its own, and what is fixed
in it is put into a template when it is compiled; the templates are written as anywhere.
"""

from typing import Any

from flask import Flask, has_request_context
from flask.templating import Environment
from jinja2 import Template, nodes
from jinja2.environment import TemplateModule
from jinja2.runtime import Context
from jinja2.visitor import NodeTransformer

from enrol.web.locale import messages, spoken

_MESSAGES = frozenset({"_", "gettext"})
_ADDRESSES = frozenset({"url_for", "asset_url"})


class PlainTemplate(Template):
    """A template whose macros are the same for every page that imports them.

    Jinja would compare the importing page's globals with its own on every visit; pages here are
    given variables, never globals of their own.
    """

    def _get_default_module(self, ctx: Context | None = None) -> TemplateModule:
        del ctx
        return super()._get_default_module()


class SpokenEnvironment(Environment):
    """Loads every template in the language of the request."""

    language: str | None = None
    template_class = PlainTemplate
    _ready: dict[str, Template]

    def _load_template(self, name: Any, globals: Any) -> Template:
        if self.language is None and has_request_context():
            return self._speaking(spoken())._load_template(name, globals)  # noqa: SLF001 - our own
        if self.language is None or self.auto_reload or globals:
            return super()._load_template(name, globals)
        # A page loads a dozen templates and macros: Jinja's own cache costs more than drawing some.
        found = self._ready.get(name)
        if found is None:
            found = self._ready[name] = super()._load_template(name, globals)
        return found

    def _generate(
        self, source: nodes.Template, name: Any, filename: Any, defer_init: bool = False
    ) -> str:
        if self.language is not None and has_request_context():
            source = _Fixed(self).visit(source)
        return super()._generate(source, name, filename, defer_init)

    def _speaking(self, language: str) -> "SpokenEnvironment":
        known: dict[str, SpokenEnvironment] = self.__dict__.setdefault("spoken", {})
        if language not in known:
            environment: SpokenEnvironment = self.overlay()
            environment.language = language
            environment._ready = {}
            known[language] = environment
        return known[language]


class _Fixed(NodeTransformer):
    """Puts what is the same on every visit in place of the call that would look it up.

    A template is compiled within a request of its language, whose catalog and addresses are used.
    """

    def __init__(self, environment: Environment) -> None:
        self._environment = environment

    def visit_Call(self, node: nodes.Call) -> nodes.Node:  # noqa: N802 - Jinja's name
        call = self.generic_visit(node)
        assert isinstance(call, nodes.Call)  # noqa: S101
        if not isinstance(call.node, nodes.Name) or call.dyn_args or call.dyn_kwargs:
            return call
        if not call.args or not all(isinstance(given, nodes.Const) for given in call.args):
            return call
        if call.node.name in _MESSAGES and len(call.args) == 1:
            return self._message(call)
        if call.node.name in _ADDRESSES:
            return self._address(call)
        return call

    def _message(self, call: nodes.Call) -> nodes.Node:
        """Do what Jinja's new-style gettext does: the words are markup, the variables are not."""
        words = messages().gettext(call.args[0].as_const())
        line = call.lineno
        if not call.kwargs:
            return nodes.MarkSafeIfAutoescape(nodes.Const(words % {}, lineno=line), lineno=line)
        variables = [
            nodes.Pair(nodes.Const(given.key, lineno=line), given.value, lineno=line)
            for given in call.kwargs
        ]
        return nodes.Mod(
            nodes.MarkSafeIfAutoescape(nodes.Const(words, lineno=line), lineno=line),
            nodes.Dict(variables, lineno=line),
            lineno=line,
        )

    def _address(self, call: nodes.Call) -> nodes.Node:
        if not all(isinstance(given.value, nodes.Const) for given in call.kwargs):
            return call
        assert isinstance(call.node, nodes.Name)  # noqa: S101
        find: Any = self._environment.globals[call.node.name]
        address = find(
            *(given.as_const() for given in call.args),
            **{given.key: given.value.as_const() for given in call.kwargs},
        )
        return nodes.Const(address, lineno=call.lineno)


def register(app: Flask) -> None:
    """Let the application load its templates so; before anything asks for its environment."""
    app.jinja_environment = SpokenEnvironment
