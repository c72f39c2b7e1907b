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

test("every language has its catalogue, its direction and its plurals", async () => {
  const speak = (count) => sayMany("%(count)s point", "%(count)s points", count);
  const said = {
    es: ["ltr", "0 puntos", "1 punto", "2 puntos", "1000 puntos"],
    fr: ["ltr", "0 point", "1 point", "2 points", "1\u202f000 points"],
    de: ["ltr", "0 Punkte", "1 Punkt", "2 Punkte", "1.000 Punkte"],
    ar: ["rtl", "لا نقاط", "نقطة واحدة", "نقطتان", "1,000 نقطة"],
  };
  for (const [wanted, [ends, ...points]] of Object.entries(said)) {
    await loadTexts(wanted);
    assert.deepEqual([language(), direction(), ...[0, 1, 2, 1000].map(speak)], [wanted, ends, ...points]);
  }
  assert.deepEqual([3, 11, 100].map(speak), ["3 نقاط", "11 نقطة", "100 نقطة"]);
  await loadTexts("en");
});

test("Spanish and French speak of millions as of other large numbers", async () => {
  for (const wanted of ["es", "fr"]) {
    await loadTexts(wanted);
    assert.match(sayMany("%(count)s point", "%(count)s points", 1_000_000), /^1\D000\D000 p(oints|untos)$/);
  }
  await loadTexts("en");
});

test("digits are those of codes, and values are isolated where the text runs from right to left", async () => {
  await loadTexts("ar");
  assert.match(sayTime(Date.UTC(2026, 10, 22, 21, 45)), /22 نوفمبر 2026/);
  assert.equal(say("For those who help you: %(name)s", { name: "BadAnswer" }), "لمن يساعدك: \u2068BadAnswer\u2069");
  assert.equal(say("Not one of the texts: %(number)s", { number: 1234 }), "Not one of the texts: 1,234");
  await loadTexts("en");
});
