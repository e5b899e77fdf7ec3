"""The set of the identity side's tables."""

from __future__ import annotations

from sqlalchemy import MetaData

from storage.tables.shared import NAMES

metadata = MetaData(naming_convention=NAMES)
