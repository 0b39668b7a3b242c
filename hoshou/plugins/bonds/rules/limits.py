"""How much may be uploaded (D-01, D-19, A28)."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class DailyQuota:
    """Uploads, and bytes in all of them, on one day of the calendar in JST."""

    uploads: int
    bytes: int


@dataclass(frozen=True)
class UploadLimits:
    """``file_bytes`` is for one file, ``folder_files`` and ``folder_bytes`` for all that a folder holds."""

    file_bytes: int
    folder_files: int
    folder_bytes: int
    folder_uploads_a_day: int
    user: DailyQuota
    organisation: DailyQuota


def upload_limits(settings: Mapping[str, Any]) -> UploadLimits:
    """The limits in force, from the settings of ``config.py``."""
    return UploadLimits(
        file_bytes=settings["MAX_FILE_BYTES"],
        folder_files=settings["MAX_FILES_PER_FOLDER"],
        folder_bytes=settings["MAX_BYTES_PER_FOLDER"],
        folder_uploads_a_day=settings["UPLOADS_PER_FOLDER_A_DAY"],
        user=DailyQuota(settings["UPLOADS_PER_USER_A_DAY"], settings["BYTES_PER_USER_A_DAY"]),
        organisation=DailyQuota(
            settings["UPLOADS_PER_ORGANISATION_A_DAY"], settings["BYTES_PER_ORGANISATION_A_DAY"]
        ),
    )
