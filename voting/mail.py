# SPDX-License-Identifier: AGPL-3.0-or-later
"""How this server sends e-mail, as EMAIL_URL says. It fails closed: codes to vote are in these messages.

A public server without EMAIL_URL sends none, and refuses whatever would need it.
"""

from collections.abc import Mapping, Sequence
from ipaddress import ip_address

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend

from voting.errors import MailUnavailable

TIMEOUT = 20  # s, for each answer of the mail server
NO_MAIL: str = "voting.mail.NoMail"
NONE: dict[str, str] = {"EMAIL_BACKEND": NO_MAIL}
_SMTP = "django.core.mail.backends.smtp.EmailBackend"


class NoMail(BaseEmailBackend):
    """Takes no message."""

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        """Raise MailUnavailable."""
        del email_messages
        raise MailUnavailable("this server sends no e-mail: EMAIL_URL is not set")


def check_settings(mail: Mapping[str, object], *, local: bool) -> None:
    """Raise ImproperlyConfigured for mail that others could read on its way, or that goes nowhere."""
    if mail.get("OPTIONS"):
        raise ImproperlyConfigured(
            "EMAIL_URL has options that are not known here. Leave out what follows '?'."
        )
    if local or mail == NONE:
        return
    if mail["EMAIL_BACKEND"] != _SMTP:
        raise ImproperlyConfigured("EMAIL_URL must name a mail server: smtp+tls://user:password@host:587")
    encrypted = mail.get("EMAIL_USE_TLS") or mail.get("EMAIL_USE_SSL")
    if not encrypted and not _is_loopback(str(mail["EMAIL_HOST"] or "")):
        raise ImproperlyConfigured(
            "EMAIL_URL must begin with smtp+tls:// or smtp+ssl://: codes to vote are in these messages. "
            "Only a mail server on this machine may be named with smtp://"
        )


def is_available() -> bool:
    """Whether this server sends e-mail."""
    return str(settings.EMAIL_BACKEND) != NO_MAIL


def check_available() -> None:
    """Raise MailUnavailable unless this server sends e-mail."""
    if not is_available():
        raise MailUnavailable("this server sends no e-mail")


def message(subject: str, text: str, address: str) -> EmailMessage:
    """Return a message to one address; a title in its subject may have line breaks, a subject has none."""
    return EmailMessage(subject=" ".join(subject.splitlines()).strip(), body=text, to=[address])


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False
