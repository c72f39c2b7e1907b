// SPDX-License-Identifier: AGPL-3.0-or-later
import assert from "node:assert/strict";
import test from "node:test";

import { direction, language, loadTexts, say, sayMany, sayNumber, sayTime } from "../../voting/static/voting/booth/texts.js";

test("English needs no catalogue, and an unknown language is English", async () => {
  for (const wanted of ["en", "xx", "", "../../evil", "__proto__"]) {
    await loadTexts(wanted);
    assert.deepEqual([language(), direction()], ["en", "ltr"]);
  }
});

test("values stand where their names are, and nowhere else", () => {
  assert.equal(say("It is entry %(seq)s of %(name)s.", { seq: 1234, name: "<b>%(seq)s</b>" }), "It is entry 1,234 of <b>%(seq)s</b>.");
  assert.equal(say("%(missing)s %(constructor)s", {}), "%(missing)s %(constructor)s");
});

test("one and many are told apart", () => {
  const speak = (count) => sayMany("%(count)s point", "%(count)s points", count);
  assert.deepEqual([0, 1, 2, 1000].map(speak), ["0 points", "1 point", "2 points", "1,000 points"]);
});

test("numbers and times are the language's, times in UTC", () => {
  assert.equal(sayNumber(80000), "80,000");
  assert.match(sayTime(Date.UTC(2026, 10, 22, 21, 45)), /^November 22, 2026 at 9:45\sPM$/);
});
