"""Rate tables and the premium calculator."""

from hoshou.plugins.premium import models as models

NAME = "premium"
VERSION = "1.0.0"
REQUIRES = ("proration",)
