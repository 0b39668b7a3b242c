"""Alembic's environment: our own and Flask-AppBuilder's tables live on one metadata."""

from alembic import context
from flask_appbuilder import Model

from hoshou.platform.migrations import render_item

config = context.config


def run() -> None:
    """Migrate over the connection that `hoshou db` hands in."""
    context.configure(
        connection=config.attributes["connection"],
        target_metadata=Model.metadata,
        compare_type=True,
        render_as_batch=config.attributes["connection"].dialect.name == "sqlite",
        render_item=render_item,
        transaction_per_migration=True,
    )
    with context.begin_transaction():
        context.run_migrations()


run()
