"""Public pages for contractors and orderers: view, never download."""

NAME = "viewer"
VERSION = "1.0.0"
REQUIRES = ("bonds",)
