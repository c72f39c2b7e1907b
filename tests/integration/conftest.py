# SPDX-License-Identifier: AGPL-3.0-or-later
"""The servers that tests of this folder can ask for."""

from tests.servers import database, new_database, postgresql, redis

__all__ = ["database", "new_database", "postgresql", "redis"]
