"""Loading of plugins: found, checked, ordered, registered with a manager of the application's own."""

import importlib
import re
from collections.abc import Iterable, Sequence
from importlib.metadata import entry_points
from types import ModuleType
from typing import Any

import pluggy

from hoshou.platform import hookspecs

ENTRY_POINTS = "hoshou.plugins"
NAME = re.compile(r"[a-z][a-z0-9_]*")


class PluginError(Exception):
    """A plugin that can't be loaded; the message says which and why."""


class Plugins:
    """The plugins of one application, each before those that require it."""

    def __init__(self, modules: Sequence[ModuleType]) -> None:
        self.modules = list(modules)
        self._manager = pluggy.PluginManager(hookspecs.PROJECT)
        self._manager.add_hookspecs(hookspecs)
        # pluggy calls the last registered first; registered backwards, the first in the list speaks first.
        for module in reversed(self.modules):
            self._manager.register(module, name=plugin_name(module))
        try:
            self._manager.check_pending()
        except pluggy.PluginValidationError as error:
            raise PluginError(str(error)) from error

    @property
    def names(self) -> list[str]:
        return [plugin_name(module) for module in self.modules]

    def has(self, name: str) -> bool:
        return name in self.names

    @property
    def hook(self) -> pluggy.HookRelay:
        """For hooks that answer with the first result."""
        return self._manager.hook

    def collect(self, hook: str, **values: Any) -> list[Any]:
        """The contributions of all plugins to one hook, in the plugins' order."""
        results: list[Iterable[Any]] = getattr(self._manager.hook, hook)(**values)
        return [item for items in results for item in items]


def plugin_name(module: ModuleType) -> str:
    name: str = module.NAME
    return name


def load_plugins(names: Iterable[str]) -> Plugins:
    """The named plugins of the product and of the entry-point group, checked and in order.

    Raises PluginError for an unknown or badly named plugin, a missing requirement, a circle of
    requirements, or an implementation of a hook that doesn't exist.
    """
    elsewhere = {entry.name: entry.value for entry in entry_points(group=ENTRY_POINTS)}
    found = [_import(name, elsewhere.get(name, f"hoshou.plugins.{name}.plugin")) for name in dict.fromkeys(names)]
    by_name = {plugin_name(module): module for module in found}
    ordered: list[ModuleType] = []

    def place(module: ModuleType, waiting: tuple[str, ...]) -> None:
        name = plugin_name(module)
        if module in ordered:
            return
        if name in waiting:
            raise PluginError(f"plugins require each other in a circle: {' > '.join((*waiting, name))}")
        for required in module.REQUIRES:
            if required not in by_name:
                raise PluginError(f"plugin {name} requires {required}, which is not in the list")
            place(by_name[required], (*waiting, name))
        ordered.append(module)

    for module in found:
        place(module, ())
    return Plugins(ordered)


def _import(name: str, module_name: str) -> ModuleType:
    try:
        module = importlib.import_module(module_name)
    except ModuleNotFoundError as error:
        raise PluginError(f"there is no plugin {name} ({module_name})") from error
    for attribute in ("NAME", "VERSION", "REQUIRES"):
        if not hasattr(module, attribute):
            raise PluginError(f"plugin {name} doesn't state its {attribute}")
    if not NAME.fullmatch(plugin_name(module)) or plugin_name(module) != name:
        raise PluginError(f"plugin {name} calls itself {plugin_name(module)!r}")
    return module
