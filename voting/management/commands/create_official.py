# SPDX-License-Identifier: AGPL-3.0-or-later
"""`manage.py create_official NAME`: make an account for the office, or give one a new password.

The password is asked for twice, never taken from the command line, and judged by the server's rules.
"""

import getpass
from argparse import ArgumentParser

from django.contrib.auth.models import User
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand

from voting.management.refusals import refusals
from voting.office.errors import NameRefused, WeakPassword


class Command(BaseCommand):
    """Make an account for the office."""

    help = __doc__ or ""

    def add_arguments(self, parser: ArgumentParser) -> None:
        """The name, and whether the account is there already."""
        parser.add_argument("name", help="The name to log in with.")
        parser.add_argument(
            "--new-password", action="store_true", help="The account exists: change its password."
        )

    def handle(self, *_args: object, name: str, **options: object) -> str:
        """Ask for the password, and save the account."""
        with refusals():
            user = _account(name, exists=bool(options["new_password"]))
            user.set_password(_password(user))
            user.save()
        return f"{name} can log in to the office."


def _account(name: str, *, exists: bool) -> User:
    found = User.objects.filter(username=name).first()
    if exists:
        if found is None:
            raise NameRefused(f"there is no account {name!a}")
        return found
    if found is not None:
        raise NameRefused(f"there is an account {name!a} already; --new-password changes its password")
    user = User(username=name)
    try:
        user.clean_fields(exclude=["password"])
    except ValidationError as error:
        raise NameRefused(f"no possible name of an account: {' '.join(error.messages)}") from None
    return user


def _password(user: User) -> str:
    password = getpass.getpass("Password: ")
    if password != getpass.getpass("Once more: "):
        raise WeakPassword("the two passwords differ")
    try:
        validate_password(password, user)
    except ValidationError as error:
        raise WeakPassword(" ".join(error.messages)) from None
    return password
