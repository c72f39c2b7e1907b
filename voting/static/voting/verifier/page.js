// SPDX-License-Identifier: AGPL-3.0-or-later
/** The page of a server: its worker is the module beside this one. */
import { trusted } from "./page/engine.js";
import { startPage } from "./page/start.js";

const address = trusted(new URL("./worker.js", import.meta.url).href);

startPage(() => new Worker(address, { type: "module" }));
