// SPDX-License-Identifier: AGPL-3.0-or-later
/** The worker: answers the page's questions one after the other, and makes powers while nobody asks. */
import { Desk } from "./engine/desk.js";
import { serve } from "./engine/service.js";

serve(new Desk(), /** @type {any} */ (globalThis));
