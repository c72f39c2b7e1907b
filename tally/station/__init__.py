# SPDX-License-Identifier: AGPL-3.0-or-later
"""A trustee's own machine: key file, worker, command line."""
