"""All screens of policies, in the order of their menu."""

from hoshou.plugins.bonds.views import deletion, folders, handover, upload

SCREENS = (upload.SCREEN, folders.SCREEN, handover.SCREEN, deletion.SCREEN)
