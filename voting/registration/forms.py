# SPDX-License-Identifier: AGPL-3.0-or-later
"""The office's form: when voters may register."""

import zoneinfo
from datetime import datetime

from django import forms
from django.utils.translation import gettext_lazy as _

from voting.office.forms.fields import OfficeForm, in_zone, moment
from voting.registration.models import Window


class WindowForm(OfficeForm):
    """A switch and an end; the time is in the zone of the election's desk."""

    is_open = forms.BooleanField(label=_("Voters may register"), required=False)
    closes_at = moment(_("Until"), _("In the election’s time zone. Empty: until you switch it off."))

    def __init__(self, *args: object, zone: str, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        self.zone = zone
        self.fields["closes_at"].required = False

    @classmethod
    def initial_of(cls, window: Window, zone: str) -> dict[str, object]:
        """Return what stands there now."""
        closes = window.closes_at
        shown = None if closes is None else closes.astimezone(zoneinfo.ZoneInfo(zone)).replace(tzinfo=None)
        return {"is_open": window.is_open, "closes_at": shown}

    def clean_closes_at(self) -> datetime | None:
        """Return the moment in UTC."""
        naive: datetime | None = self.cleaned_data["closes_at"]
        return None if naive is None else in_zone(naive, self.zone)
