# SPDX-License-Identifier: AGPL-3.0-or-later
"""Forms about accounts: to log in, and to name another official."""

from django import forms
from django.utils.translation import gettext_lazy as _

from voting.office.forms.fields import OfficeForm
from voting.office.models import NAME_LIMIT


class LoginForm(OfficeForm):
    """Name and password. Whether they fit is decided, and said, in one place: views/session.py."""

    username = forms.CharField(
        label=_("Name"),
        max_length=NAME_LIMIT,
        widget=forms.TextInput(
            attrs={"autocomplete": "username", "autocapitalize": "none", "spellcheck": "false", "dir": "auto"}
        ),
    )
    password = forms.CharField(
        label=_("Password"),
        max_length=1_000,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )


class OfficialForm(OfficeForm):
    """Another account that shall run the election."""

    name = forms.CharField(
        label=_("Name of the account"),
        max_length=NAME_LIMIT,
        help_text=_("Accounts are made on the server, with manage.py create_official."),
        widget=forms.TextInput(attrs={"autocapitalize": "none", "spellcheck": "false", "dir": "auto"}),
    )
    owner = forms.BooleanField(
        label=_("As an owner"), required=False, help_text=_("Owners also decide who the officials are.")
    )
