// SPDX-License-Identifier: AGPL-3.0-or-later
/** The page that was saved as one file: its worker is made of text in the file itself, and nothing is ever fetched. */
import { trusted } from "./page/engine.js";
import { one } from "./page/make.js";
import { startPage } from "./page/start.js";

const program = one(document, "#verifier-worker").textContent ?? "";
const address = trusted(URL.createObjectURL(new Blob([program], { type: "text/javascript" })));

startPage(() => new Worker(address));
