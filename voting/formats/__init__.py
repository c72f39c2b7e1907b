# SPDX-License-Identifier: AGPL-3.0-or-later
"""Where Django's formats of a language differ from those of the browser, in which the booth speaks."""
