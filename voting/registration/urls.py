# SPDX-License-Identifier: AGPL-3.0-or-later
"""Addresses of the registration, for voters."""

from django.urls import path

from voting.registration.views import api, pages

urlpatterns = [
    path("register/signed-in/", pages.signed_in, name="register-signed-in"),
    path("elections/<slug:slug>/register/", pages.register, name="register"),
    path("elections/<slug:slug>/register/confirm/", pages.confirm, name="register-confirm"),
    path("elections/<slug:slug>/register/by-email", api.register, name="register-by-email"),
    path("elections/<slug:slug>/register/as-signed-in", api.register_signed_in, name="register-as-signed-in"),
    path("elections/<slug:slug>/register/confirmation", api.confirm, name="register-confirmation"),
    path("elections/<slug:slug>/register/sign-in", api.sign_in, name="register-sign-in"),
    path("elections/<slug:slug>/register/sign-out", api.sign_out, name="register-sign-out"),
]
