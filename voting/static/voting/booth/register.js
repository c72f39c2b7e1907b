// SPDX-License-Identifier: AGPL-3.0-or-later
/** The pages for registration: register, and confirm. Nothing secret is sent or stored. */
import { findLack } from "./engine/support.js";
import { loadTexts } from "./texts.js";
import { keepPlace } from "./ui/languages.js";
import { readLink } from "./ui/link.js";
import { startConfirming } from "./ui/register/confirming.js";
import { showNoKeys, startRegistering } from "./ui/register/registering.js";

const root = document.getElementById("booth");
if (root) {
  keepPlace(readLink(globalThis.location.hash).text);
  await loadTexts(root.dataset.language ?? "");
  if (root.dataset.part === "confirm") startConfirming(root);
  else if (await findLack(globalThis)) showNoKeys(root);
  else startRegistering(root);
}
