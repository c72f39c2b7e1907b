// SPDX-License-Identifier: AGPL-3.0-or-later
/** The page on which a voter checks their ballot. */
import { CheckPage } from "./ui/check/check_page.js";
import { keepPlace } from "./ui/languages.js";
import { readLink } from "./ui/link.js";

keepPlace(readLink(globalThis.location.hash).text);
await CheckPage.begin(/** @type {HTMLElement} */ (document.getElementById("booth")));
