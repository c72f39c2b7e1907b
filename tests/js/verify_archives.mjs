// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Verifies archives with the verifier of the browser, for tests in Python: a JSON list of {archive, fingerprint, …options} on
 * standard input, a JSON list of reports on standard output; `policy` and `earlier` are in base64, for the path `silent` there
 * is no answer. A board that could not be read gives {unreadable: name}.
 */
import { readFileSync } from "node:fs";

import { readEarlier } from "../../voting/static/voting/verifier/checks/continuation.js";
import { poolOfOne } from "../../voting/static/voting/verifier/checks/pool.js";
import { verify } from "../../voting/static/voting/verifier/checks/verify.js";
import { Refusal } from "../../voting/static/voting/verifier/errors.js";
import { readPolicy } from "../../voting/static/voting/verifier/log/policy.js";
import { unavailable } from "../../voting/static/voting/verifier/sources/source.js";
import { zipSource } from "../../voting/static/voting/verifier/sources/zip.js";

const octets = (text) => Buffer.from(text, "base64");

const hushed = (source, path) => ({
  read: (asked, limit) => (asked === path ? Promise.reject(unavailable(asked, new Error("no answer"))) : source.read(asked, limit)),
});

async function reportOf({ archive, policy, earlier, silent, ...options }) {
  try {
    const brought = { policy: policy && readPolicy(octets(policy)), earlier: earlier && readEarlier(octets(earlier)) };
    const source = hushed(await zipSource(new Blob([readFileSync(archive)])), silent);
    return (await verify(source, { isTestAllowed: true, ...options, ...brought }, poolOfOne())).report;
  } catch (error) {
    if (error instanceof Refusal) return { unreadable: error.name };
    throw error;
  }
}

const cases = JSON.parse(readFileSync(0, "utf8"));
const reports = [];
for (const item of cases) reports.push(await reportOf(item));
process.stdout.write(JSON.stringify(reports));
