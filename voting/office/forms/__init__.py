# SPDX-License-Identifier: AGPL-3.0-or-later
"""What officials type and upload, read strictly; one file per theme."""
