// SPDX-License-Identifier: AGPL-3.0-or-later
/** The examples of docs/spec/contests.md, small contests exhaustively, and what is refused. */
import assert from "node:assert/strict";
import { test } from "node:test";

import { answer, compile, encodeSelection, largestCounter, readContest } from
  "../../voting/static/voting/booth/contests/contest.js";
import { counterBits, pack } from "../../voting/static/voting/booth/contests/counters.js";
import { checkBounds, checkProgram, checkSatisfied } from "../../voting/static/voting/booth/contests/program.js";
import { programValue, readProgram } from "../../voting/static/voting/booth/contests/program_value.js";
import { textIn } from "../../voting/static/voting/booth/contests/texts.js";
import { refuses, specification } from "./support.mjs";

const BLOCK = /```json (contest|program|aggregates|answers)((?: \w+=\d+)*)\n([^`]+)```/g;
const SIZES = { counterBits: 4, modulusBits: 256 };

/** Contest, then program (with sizes), aggregates and answers, as the page gives them one after the other. */
function examples() {
  const found = [];
  for (const [, name, parameters, body] of specification("contests").matchAll(BLOCK)) {
    const rows = body.trim().split("\n").map((line) => JSON.parse(line));
    if (name === "contest") found.push({ contest: rows[0] });
    const last = found[found.length - 1];
    if (name === "program") {
      const [b, n] = [...parameters.matchAll(/=(\d+)/g)].map(([, digits]) => Number(digits));
      Object.assign(last, { program: rows[0], sizes: { counterBits: b, modulusBits: n } });
    } else if (name === "aggregates") last.aggregates = rows[0];
    else if (name === "answers") last.answers = rows;
  }
  return found;
}

const SPECIFIED = examples();

test("the specification has an example of each kind", () => {
  const kinds = new Set(SPECIFIED.map(({ contest }) => contest.kind));
  assert.deepEqual([...kinds].sort(), ["approval", "choose-one", "cumulative", "knapsack", "score"]);
});

for (const { contest: value, program, sizes, aggregates, answers } of SPECIFIED) {
  test(`as specified: ${value.kind} at ${sizes.modulusBits} bits`, () => {
    const contest = readContest(value, "contest");
    const compiled = compile(contest, sizes);
    assert.deepEqual(programValue(compiled), program);
    assert.deepEqual(readProgram(program, "program"), compiled);
    assert.deepEqual(pack(compiled, sizes), aggregates);
    for (const { selection, values } of answers) {
      const encoded = encodeSelection(contest, Object.fromEntries(selection), sizes);
      assert.deepEqual(encoded.map((x) => x.toString(16)), values);
    }
  });
}

const EXAMPLE = Object.fromEntries(SPECIFIED.map(({ contest }) => [contest.kind, contest]));

function* assignments(domains) {
  if (domains.length === 0) yield [];
  else for (const first of domains[0]) for (const rest of assignments(domains.slice(1))) yield [first, ...rest];
}

function isAccepted(act) {
  try {
    act();
    return true;
  } catch {
    return false;
  }
}

for (const value of Object.values(EXAMPLE)) {
  test(`valid answers and satisfying values are the same number: ${value.kind}`, () => {
    const contest = readContest(value, "contest");
    const program = compile(contest, SIZES);
    const amounts = assignments(contest.options.map(() => [0, 1, 2, 3]));
    const encoded = [...amounts]
      .map((row) => Object.fromEntries(row.map((amount, index) => [contest.options[index].id, amount])))
      .filter((selection) => isAccepted(() => answer(contest, selection)))
      .map((selection) => encodeSelection(contest, selection, SIZES).join());
    const satisfying = [...assignments(program.variables.map(({ domain }) => domain))]
      .filter((row) => isAccepted(() => checkSatisfied(program, row)))
      .map((row) => row.join());
    assert.deepEqual(encoded.sort(), satisfying.sort());
    assert.equal(new Set(encoded).size, encoded.length);
  });
}

test("what one ballot adds to one counter at most", () => {
  const largest = Object.values(EXAMPLE).map((value) => largestCounter(readContest(value, "contest")));
  assert.deepEqual(largest.sort(), [1, 1, 1, 2, 2]);
});

const options = (count) =>
  Array.from({ length: count }, (_, index) => ({ id: `o${index}`, label: { en: "x" }, cost: 0 }));

for (const [name, kind, change, error] of [
  ["another kind", "score", (c) => (c.kind = "ranking"), "UnknownKind"],
  ["no kind", "score", (c) => delete c.kind, "MissingField"],
  ["an unknown field", "score", (c) => (c.extra = 1), "UnknownField"],
  ["another kind's field", "score", (c) => (c.blank = true), "UnknownField"],
  ["a missing field", "choose-one", (c) => delete c.blank, "MissingField"],
  ["no options", "score", (c) => (c.options = []), "WrongNumberOfOptions"],
  ["too many options", "score", (c) => (c.options = options(1001)), "OutOfRange"],
  ["an option twice", "score", (c) => (c.options[1] = c.options[0]), "DuplicateOption"],
  ["an option without id", "score", (c) => (c.options[1].id = ""), "WrongForm"],
  ["an option with another field", "score", (c) => (c.options[1].x = 1), "UnknownField"],
  ["no label", "score", (c) => (c.options[1].label = {}), "InvalidTexts"],
  ["an empty label", "score", (c) => (c.options[1].label = { en: "" }), "WrongLength"],
  ["a language in upper case", "score", (c) => (c.question = { EN: "x" }), "InvalidTexts"],
  ["another order", "score", (c) => (c.order = "sorted"), "UnknownOrder"],
  ["no seats", "score", (c) => (c.seats = 0), "InvalidSeats"],
  ["more seats than options", "score", (c) => (c.seats = 4), "InvalidSeats"],
  ["seats with a budget", "knapsack", (c) => (c.seats = 1), "InvalidSeats"],
  ["costs without a budget", "score", (c) => (c.options[0].cost = 1), "InvalidCost"],
  ["an option for nothing with a budget", "knapsack", (c) => (c.options[0].cost = 0), "InvalidCost"],
  ["one answer only", "choose-one", (c) => Object.assign(c, { blank: false, options: options(1) }), "WrongNumberOfOptions"],
  ["a maximum of 0", "approval", (c) => Object.assign(c, { minimum: 0, maximum: 0 }), "InvalidLimit"],
  ["a minimum above the maximum", "approval", (c) => (c.minimum = 3), "InvalidLimit"],
  ["a maximum above the options", "approval", (c) => (c.maximum = 4), "InvalidLimit"],
  ["a negative minimum", "approval", (c) => (c.minimum = -1), "OutOfRange"],
  ["a highest score of 0", "score", (c) => (c.highest = 0), "InvalidLimit"],
  ["a score too fine", "score", (c) => (c.highest = 8193), "InvalidLimit"],
  ["no points for an option", "cumulative", (c) => (c.per_option = 0), "InvalidLimit"],
  ["more points than can be given", "cumulative", (c) => (c.points = 7), "InvalidLimit"],
  ["fewer points than one option may have", "cumulative", (c) => (c.points = 1), "InvalidLimit"],
  ["a knapsack without a budget", "knapsack", (c) => {
    Object.assign(c, { budget: 0, seats: 1 });
    c.options.forEach((option) => (option.cost = 0));
  }, "InvalidLimit"],
  ["a budget that pays for nothing", "knapsack", (c) => (c.budget = 1), "InvalidLimit"],
  ["a budget below the cheapest minimum", "knapsack", (c) => (c.minimum = 3), "InvalidLimit"],
  ["true for a number", "score", (c) => (c.highest = true), "WrongType"],
]) {
  test(`no contest: ${name}`, () => {
    const value = structuredClone(EXAMPLE[kind]);
    change(value);
    refuses(() => readContest(value, "contest"), error);
  });
}

for (const [kind, selection, code, message] of [
  ["choose-one", { ash: 1, birch: 1 }, "too-many", "You chose 2. You can choose at most 1."],
  ["choose-one", { ash: 2 }, "amount", "The most that one option can get is 1."],
  ["choose-one", { oak: 1 }, "unknown-option", "One of your choices is not on this ballot."],
  ["approval", {}, "too-few", "You chose 0. Choose at least 1."],
  ["approval", { ash: 1, birch: 1, cedar: 1 }, "too-many", "You chose 3. You can choose at most 2."],
  ["score", { ash: 3 }, "amount", "The most that one option can get is 2."],
  ["score", { ash: -1 }, "amount", "The most that one option can get is 2."],
  ["score", { ash: 0.5 }, "amount", "The most that one option can get is 2."],
  ["score", { ash: "1" }, "amount", "The most that one option can get is 2."],
  ["score", { ash: NaN }, "amount", "The most that one option can get is 2."],
  ["score", { constructor: 1 }, "unknown-option", "One of your choices is not on this ballot."],
  ["cumulative", { ash: 2, birch: 2 }, "too-many-points", "You gave 4 points. You can give at most 3."],
  ["cumulative", { ash: 2 }, "too-few-points", "You gave 2 points. Give all 3."],
  ["knapsack", { birch: 1, cedar: 1 }, "too-dear", "Your choices cost 7. You can spend at most 6."],
]) {
  test(`no answer to ${kind}: ${JSON.stringify(selection)}`, () => {
    const contest = readContest(EXAMPLE[kind], "contest");
    assert.throws(() => encodeSelection(contest, selection, SIZES), { name: "InvalidSelection", code, message });
  });
}

const BIT = { domain: ["0", "1"], counters: 1 };
for (const [name, program, error] of [
  ["no variables", { variables: [], constraints: [] }, "EmptySet"],
  ["an empty domain", { variables: [{ domain: [], counters: 1 }], constraints: [] }, "EmptySet"],
  ["a domain out of order", { variables: [{ domain: ["1", "0"], counters: 1 }], constraints: [] }, "NotIncreasing"],
  ["a value twice", { variables: [{ domain: ["1", "1"], counters: 1 }], constraints: [] }, "NotIncreasing"],
  ["a negative value", { variables: [{ domain: ["-1", "0"], counters: 1 }], constraints: [] }, "NegativeNumber"],
  ["too many counters", { variables: [{ domain: ["0"], counters: 1025 }], constraints: [] }, "OutOfRange"],
  ["a constant with a leading zero", { variables: [{ domain: ["00"], counters: 1 }], constraints: [] }, "NotHexInteger"],
  ["no terms", { variables: [BIT], constraints: [{ terms: [], allowed: ["0"] }] }, "EmptySet"],
  ["nothing allowed", { variables: [BIT], constraints: [{ terms: [[0, "1"]], allowed: [] }] }, "EmptySet"],
  ["a coefficient of 0", { variables: [BIT], constraints: [{ terms: [[0, "0"]], allowed: ["0"] }] }, "ZeroCoefficient"],
  ["an unknown variable", { variables: [BIT], constraints: [{ terms: [[1, "1"]], allowed: ["0"] }] }, "UnknownVariable"],
  ["a term of three", { variables: [BIT], constraints: [{ terms: [[0, "1", 1]], allowed: ["0"] }] }, "OutOfRange"],
  ["a term of text", { variables: [BIT], constraints: [{ terms: ["0"], allowed: ["0"] }] }, "WrongType"],
  ["a coefficient as a number", { variables: [BIT], constraints: [{ terms: [[0, 1]], allowed: ["0"] }] }, "WrongType"],
]) {
  test(`no program: ${name}`, () => refuses(() => readProgram(program, "program"), error));
}

test("too many branches", () => {
  const domain = Array.from({ length: 4097 }, (_, index) => BigInt(index));
  const variable = { domain, counters: 1 };
  refuses(() => checkProgram({ variables: [variable, variable], constraints: [] }), "TooManyBranches");
});

test("a statement that could wrap around is refused, at the very bit", () => {
  const program = (bits) => ({ variables: [{ domain: [0n, (1n << bits) - 1n], counters: 1 }], constraints: [] });
  checkBounds(program(126n), 256);
  refuses(() => checkBounds(program(127n), 256), "WrapAround");
});

test("a cost near n is refused", () => {
  const constraint = { terms: [[0, (1n << 200n) + 1n]], allowed: [0n, 1n] };
  const program = { variables: [{ domain: [0n, 1n], counters: 1 }], constraints: [constraint] };
  refuses(() => checkBounds(program, 256), "WrapAround");
});

test("values that do not satisfy", () => {
  const program = compile(readContest(EXAMPLE.approval, "contest"), SIZES);
  refuses(() => checkSatisfied(program, [1n, 1n, 1n]), "Unsatisfied");
  refuses(() => checkSatisfied(program, [2n, 0n, 0n]), "Unsatisfied");
  refuses(() => checkSatisfied(program, [1n, 1n]), "WrongCount");
});

test("counter bits", () => {
  assert.deepEqual([[1, 1], [3, 1], [4, 1], [100_000, 1], [100_000, 10]].map(([w, m]) => counterBits(w, m)), [2, 2, 3, 17, 20]);
  for (const [w, m] of [[0, 1], [1, 0], [2 ** 52, 2]]) refuses(() => counterBits(w, m), "InvalidCapacity");
});

for (const [name, kind, sizes, error] of [
  ["counters of one bit", "score", { counterBits: 1, modulusBits: 256 }, "InvalidCounterBits"],
  ["no room for a counter", "choose-one", { counterBits: 20, modulusBits: 140 }, "DoesNotFit"],
  ["counters wider than the room", "approval", { counterBits: 20, modulusBits: 140 }, "DoesNotFit"],
  ["too many parts", "choose-one", { counterBits: 2, modulusBits: 132 }, "TooManyParts"],
]) {
  test(`does not compile: ${name}`, () => {
    refuses(() => compile(readContest(EXAMPLE[kind], "contest"), sizes), error);
  });
}

test("a text in the reader's language, else in the first that there is", () => {
  const texts = new Map([["de", "ja"], ["en", "yes"]]);
  assert.deepEqual([["en"], ["fr", "en"], ["fr"], []].map((wanted) => textIn(texts, wanted)), ["yes", "yes", "ja", "ja"]);
});
