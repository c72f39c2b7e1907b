// SPDX-License-Identifier: AGPL-3.0-or-later
/** The voting page. */
import { keepPlace } from "./ui/languages.js";
import { pinInAddress } from "./ui/link.js";
import { VotingPage } from "./ui/vote/voting_page.js";

const pin = pinInAddress();
keepPlace(pin && `#.${pin}`);
await VotingPage.begin(/** @type {HTMLElement} */ (document.getElementById("booth")));
