// SPDX-License-Identifier: AGPL-3.0-or-later
/** Install what the checks need, as package-lock.json says; does nothing when it is there already. */
import { spawnSync } from "node:child_process";
import { copyFileSync, existsSync, readFileSync, rmSync } from "node:fs";
import { fileURLToPath } from "node:url";

const folder = new URL("./", import.meta.url);
const lock = new URL("package-lock.json", folder);
const installed = new URL("node_modules/installed-lock.json", folder);

if (!existsSync(installed) || !readFileSync(lock).equals(readFileSync(installed))) {
  rmSync(installed, { force: true });
  console.error("Installing the packages in tests/js/package-lock.json …");
  const arguments_ = ["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"];
  const { status } = spawnSync("npm", arguments_, { cwd: fileURLToPath(folder), stdio: ["ignore", "ignore", "inherit"] });
  if (status !== 0) {
    console.error("The packages could not be installed. Check the network, then try again.");
    process.exit(1);
  }
  copyFileSync(lock, installed);
}
