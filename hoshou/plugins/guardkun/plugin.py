"""The group liability scheme from quote to certificate."""

from hoshou.plugins.guardkun import models as models

NAME = "guardkun"
VERSION = "1.0.0"
REQUIRES = ("organisations", "premium", "proration")
