"""Flask-AppBuilder without what we don't use: only the views that we register, nothing acting on GET."""

from flask import Flask, current_app
from flask_appbuilder import AppBuilder
from flask_appbuilder.menu import Menu

from hoshou.platform.context import platform
from hoshou.platform.db import db
from hoshou.platform.plugins import PluginError
from hoshou.platform.staff.contribution import StaffView
from hoshou.platform.staff.home import HomeView
from hoshou.platform.staff.screens import PERSONAL_VIEWS, PLATFORM_SCREENS
from hoshou.platform.staff.security import StaffSecurityManager
from hoshou.platform.staff.session import say_it_once

BASE_TEMPLATE = "staff/baselayout.html"
CATEGORY_ORDER = 50


class StaffBuilder(AppBuilder):
    """One for each application, made in the factory."""

    def __init__(self) -> None:
        super().__init__(
            base_template=BASE_TEMPLATE,
            indexview=HomeView,
            menu=Menu(reverse=False),
            security_manager_class=StaffSecurityManager,
            update_perms=False,
        )
        self.contributions: list[StaffView] = []

    def _add_admin_views(self) -> None:
        # The framework's own list holds /back, /lang/<locale> and /logout/ that act on GET, the login
        # API with its tokens, and the OpenAPI of views we don't have. Only these two remain.
        self._indexview = self.add_view_no_menu(self.indexview)
        self.sm.register_views()
        for view in PERSONAL_VIEWS:
            self.add_view_no_menu(view)

    def contribute(self, staff_view: StaffView) -> None:
        """Register one screen with its menu entry. Raises PluginError for a name that is taken.

        Permissions hang on the names: a menu entry called like a view would share its permission.
        """
        view_name = staff_view.view.__name__
        taken = {type(view).__name__ for view in self.baseviews} | {view.name for view in self.contributions}
        categories = {view.category for view in self.contributions if view.category}
        for name in (view_name, staff_view.name):
            if name and name in taken | categories:
                raise PluginError(f"two staff screens or menu entries are called {name}")
        if staff_view.in_menu and not staff_view.name.isascii():
            raise PluginError(f"the menu name of {view_name} must be ASCII: {staff_view.name}")
        self.contributions.append(staff_view)
        if staff_view.in_menu:
            self.add_view(
                staff_view.view,
                staff_view.name,
                icon=staff_view.icon,
                label=staff_view.label,
                category=staff_view.category,
                category_label=staff_view.category_label,
            )
        else:
            self.add_view_no_menu(staff_view.view)

    def sort_menu(self) -> None:
        """Order menu entries and categories by the contributions' own order."""
        order: dict[str, int] = {}
        for contribution in self.contributions:
            for name in (contribution.name, contribution.category):
                order[name] = min(order.get(name, contribution.order), contribution.order)
        self.menu.menu.sort(key=lambda item: order.get(item.name, CATEGORY_ORDER))
        for item in self.menu.menu:
            item.childs.sort(key=lambda child: order.get(child.name, CATEGORY_ORDER))


def init_staff_site(app: Flask) -> None:
    """Build the staff site on this application. No SQL is issued."""
    builder = StaffBuilder()
    app.after_request(say_it_once)
    with app.app_context():
        builder.init_app(app, db.session)
        contributions = [*PLATFORM_SCREENS, *platform().plugins.collect("staff_views")]
        for contribution in contributions:
            builder.contribute(contribution)
        builder.sort_menu()


def staff_builder() -> StaffBuilder:
    """The running application's builder."""
    builder: StaffBuilder = current_app.extensions["appbuilder"]
    return builder
