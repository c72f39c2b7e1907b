# SPDX-License-Identifier: AGPL-3.0-or-later
"""What officials and voters do, free of HTTP: values in, values out; one file per theme."""
