"""The scheme's tables, subject by subject."""

from hoshou.plugins.guardkun.models import batches, changes, enrolments, feeds, members, scheme

__all__ = ["batches", "changes", "enrolments", "feeds", "members", "scheme"]
