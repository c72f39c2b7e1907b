// SPDX-License-Identifier: AGPL-3.0-or-later
/** The voting page. */
import { VotingPage } from "./ui/vote/voting_page.js";

await VotingPage.begin(/** @type {HTMLElement} */ (document.getElementById("booth")));
