// SPDX-License-Identifier: AGPL-3.0-or-later
/** The voting page. */
import { keepPlace } from "./ui/languages.js";
import { VotingPage } from "./ui/vote/voting_page.js";

keepPlace();
await VotingPage.begin(/** @type {HTMLElement} */ (document.getElementById("booth")));
