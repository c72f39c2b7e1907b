// SPDX-License-Identifier: AGPL-3.0-or-later
/** The page that opens a tested ballot, on another device than the one that made it. */
import { TestedPage } from "./ui/check/tested_page.js";
import { keepPlace } from "./ui/languages.js";
import { readLink } from "./ui/link.js";

keepPlace(readLink(globalThis.location.hash).text);
await TestedPage.begin(/** @type {HTMLElement} */ (document.getElementById("booth")));
