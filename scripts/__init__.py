# SPDX-License-Identifier: AGPL-3.0-or-later
"""Tools of the project; nothing that runs on a server."""
