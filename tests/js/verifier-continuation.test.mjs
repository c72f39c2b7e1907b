// SPDX-License-Identifier: AGPL-3.0-or-later
/** Check B.9: only a checkpoint that the log itself has signed is evidence against its board. */
import assert from "node:assert/strict";
import { test } from "node:test";

import { Continuation } from "../../voting/static/voting/verifier/checks/continuation.js";
import { Ledger } from "../../voting/static/voting/verifier/checks/ledger.js";

const LOG = { name: "log.example", id: "00000000", type: 1, key: new Uint8Array(32) };
const TREE = { size: 1, root: () => new Uint8Array(32).fill(1) };

test("another log's checkpoint refutes nothing, whatever root it names", () => {
  for (const origin of ["other.example", LOG.name]) {
    const ledger = new Ledger();
    const head = { origin, size: 1, root: new Uint8Array(32) };
    const earlier = { octets: new Uint8Array(), note: { text: `${origin}\n1\nAAAA\n`, lines: [] }, head };
    const continuation = new Continuation(earlier, { ...head, size: 9 }, ledger);
    continuation.meet(TREE);
    continuation.checkSignature(LOG);
    const { checks } = ledger.report([]);
    const { status, failures, note } = checks.find(({ id }) => id === "B.9");
    assert.deepEqual([status, failures], ["NOT-RUN", []]);
    assert.match(note, /not signed by this board's log/);
  }
});
