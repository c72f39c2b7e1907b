// SPDX-License-Identifier: AGPL-3.0-or-later
/** The contest compiler against every example of docs/spec/contests.md, and questions that are refused. */
import assert from "node:assert/strict";
import { test } from "node:test";

import { parse } from "../../voting/static/voting/verifier/codec/canonical.js";
import { counterBits, fitting, pack, unpack } from "../../voting/static/voting/verifier/contests/counters.js";
import { readContest } from "../../voting/static/voting/verifier/contests/kinds.js";
import { readOutcome } from "../../voting/static/voting/verifier/contests/outcome.js";
import { isSameProgram, readProgram } from "../../voting/static/voting/verifier/contests/program.js";
import { refuses, specification, valueOf } from "./verifier_support.mjs";

const blocks = [...specification("contests").matchAll(/```json (\w+)(?: counter_bits=(\d+) modulus_bits=(\d+))?\n([^`]*)\n```/g)];
const read = (text) => parse(new TextEncoder().encode(text), 1 << 20);

/** One example: the blocks from one contest to the next. */
function examples() {
  const found = [];
  for (const [, name, bits, modulus, text] of blocks) {
    if (name === "contest") found.push({ contest: text });
    Object.assign(found.at(-1), { [name]: text });
    if (name === "program") Object.assign(found.at(-1), { sizes: { counterBits: Number(bits), modulusBits: Number(modulus) } });
  }
  return found;
}

test("there is an example of every kind", () => assert.equal(examples().length, 6));

examples().forEach(({ contest: text, program, aggregates, sizes, result }, index) => {
  const contest = readContest(read(text), "contest");
  const name = `${contest.kind} (example ${index})`;

  test(`compiled as the specification says: ${name}`, () => {
    const compiled = contest.compile(sizes);
    assert.ok(isSameProgram([compiled], [readProgram(read(program), "program")]));
    assert.deepEqual(pack(compiled, sizes), JSON.parse(aggregates));
  });

  test(`counted as the specification says: ${name}`, () => {
    const stated = JSON.parse(result);
    assert.deepEqual(contest.outcome(stated.counters, stated.weight), readOutcome(valueOf(stated.result), "result"));
  });

  test(`digits come out as they went in: ${name}`, () => {
    const compiled = contest.compile(sizes);
    const { counters } = JSON.parse(result);
    const rest = [...counters];
    for (const aggregate of pack(compiled, sizes)) {
      const own = rest.splice(0, aggregate.length);
      const plaintext = aggregate.reduce((sum, [, shift], row) =>
        sum + own[row].reduce((part, digit, place) => part + (BigInt(digit) << BigInt(shift + sizes.counterBits * place)), 0n), 0n);
      assert.deepEqual(unpack(compiled, aggregate, plaintext, sizes.counterBits), own);
    }
  });

  if (contest.kind !== "score") {
    test(`a ballot's worth too much is refused: ${name}`, () => {
      const { counters, weight } = JSON.parse(result);
      counters[0][0] += weight * 10;
      refuses(() => contest.outcome(counters, weight), "SumMismatch");
    });
  }
});

test("bits above the last slot are refused", () => {
  const [{ contest, sizes }] = examples();
  const program = readContest(read(contest), "contest").compile(sizes);
  refuses(() => unpack(program, pack(program, sizes)[0], 1n << 16n, 4), "StrayBits");
});

test("counters are as wide as the capacity needs", () => {
  assert.deepEqual([counterBits(100_000, 1), counterBits(100_000, 10), counterBits(1, 1)], [17, 20, 2]);
  refuses(() => counterBits(2 ** 52, 2), "InvalidCapacity");
});

const approval = JSON.parse(examples()[2].contest);
const knapsack = JSON.parse(examples()[5].contest);
const chooseOne = JSON.parse(examples()[0].contest);
for (const [name, base, changes, error] of [
  ["an unknown kind", approval, { kind: "ranking" }, "UnknownKind"],
  ["one option twice", approval, { options: [approval.options[0], approval.options[0]] }, "DuplicateOption"],
  ["no options", approval, { options: [] }, "WrongNumberOfOptions"],
  ["one option and no blank vote", chooseOne, { options: chooseOne.options.slice(0, 1), blank: false }, "WrongNumberOfOptions"],
  ["another order", approval, { order: "alphabetical" }, "UnknownOrder"],
  ["no seats", approval, { seats: 0 }, "InvalidSeats"],
  ["more seats than options", approval, { seats: 4 }, "InvalidSeats"],
  ["seats beside a budget", knapsack, { seats: 1 }, "InvalidSeats"],
  ["a cost without a budget", approval, { options: [{ ...approval.options[0], cost: 1 }] }, "InvalidCost"],
  ["a budget beside an option without cost", knapsack, { options: [{ ...knapsack.options[0], cost: 0 }] }, "InvalidCost"],
  ["a maximum above the options", approval, { maximum: 4 }, "InvalidLimit"],
  ["a minimum above the maximum", approval, { minimum: 3 }, "InvalidLimit"],
  ["a budget that pays for nothing", knapsack, { budget: 1 }, "InvalidLimit"],
  ["a field more", approval, { weight: 1 }, "UnknownField"],
  ["no question", approval, { question: {} }, "InvalidTexts"],
  ["an unknown language tag", approval, { question: { english: "?" } }, "InvalidTexts"],
  ["an empty question", approval, { question: { en: "" } }, "WrongLength"],
]) {
  test(`question is refused: ${name}`, () => refuses(() => readContest(valueOf({ ...base, ...changes }), "contest"), error));
}

const variable = { domain: ["0", "1"], counters: 1 };
for (const [name, program, error] of [
  ["no variables", { variables: [], constraints: [] }, "EmptySet"],
  ["an empty domain", { variables: [{ ...variable, domain: [] }], constraints: [] }, "EmptySet"],
  ["a domain out of order", { variables: [{ ...variable, domain: ["1", "0"] }], constraints: [] }, "NotIncreasing"],
  ["a negative value", { variables: [{ ...variable, domain: ["-1", "0"] }], constraints: [] }, "NegativeNumber"],
  ["a coefficient of zero", { variables: [variable], constraints: [{ terms: [[0, "0"]], allowed: ["1"] }] }, "ZeroCoefficient"],
  ["a term about no variable", { variables: [variable], constraints: [{ terms: [[1, "1"]], allowed: ["1"] }] }, "UnknownVariable"],
  ["a constant in capitals", { variables: [{ ...variable, domain: ["A"] }], constraints: [] }, "NotHexInteger"],
  ["too many branches", { variables: Array(4097).fill(variable), constraints: [] }, "TooManyBranches"],
]) {
  test(`program is refused: ${name}`, () => refuses(() => readProgram(valueOf(program), "program"), error));
}

test("an option of cost n + 1 does not pass for one of cost 1", () => {
  const program = readProgram(valueOf({ variables: [variable], constraints: [{ terms: [[0, (2n ** 127n).toString(16)]], allowed: ["0"] }] }), "p");
  refuses(() => fitting(program, { counterBits: 4, modulusBits: 256 }), "WrapAround");
  fitting(program, { counterBits: 4, modulusBits: 258 });
});
