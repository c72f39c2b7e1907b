// SPDX-License-Identifier: AGPL-3.0-or-later
/** The page that opens a tested ballot, on another device than the one that made it. */
import { TestedPage } from "./ui/check/tested_page.js";
import { keepPlace } from "./ui/languages.js";

keepPlace(globalThis.location.hash);
await TestedPage.begin(/** @type {HTMLElement} */ (document.getElementById("booth")));
