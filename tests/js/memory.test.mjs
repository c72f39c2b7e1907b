// SPDX-License-Identifier: AGPL-3.0-or-later
import assert from "node:assert/strict";
import test from "node:test";

import { mayHoldSent, Memory, tabStore } from "../../voting/static/voting/booth/engine/memory.js";
import { optionOrders } from "../../voting/static/voting/booth/ui/vote/orders.js";

const OWNER = "c".repeat(64);
const DRAFT = { owner: OWNER, selections: { mayor: { ada: 1 } }, orders: { mayor: ["bo", "ada"] } };
const NO_DRAFT = { owner: "", selections: {}, orders: {} };
const SENT = { ballot: "{}", tracker: "a".repeat(64) };

function store(items = {}) {
  return {
    items,
    getItem: (key) => items[key] ?? null,
    setItem: (key, value) => (items[key] = value),
    removeItem: (key) => delete items[key],
  };
}

test("choices and what was sent survive a reload, each election for itself", () => {
  const kept = store();
  new Memory(kept, "f").keepDraft(DRAFT);
  new Memory(kept, "f").keepSent(SENT);
  assert.deepEqual(new Memory(kept, "f").draft, DRAFT);
  assert.deepEqual(new Memory(kept, "f").sent, SENT);
  assert.deepEqual(new Memory(kept, "g").draft, NO_DRAFT);
  assert.equal(new Memory(kept, "g").sent, undefined);
});

test("what is forgotten leaves nothing behind", () => {
  const kept = store();
  const memory = new Memory(kept, "f");
  memory.keepDraft(DRAFT);
  memory.keepSent(SENT);
  memory.forgetDraft();
  memory.forgetSent();
  assert.deepEqual(kept.items, {});
});

for (const [name, text] of Object.entries({
  "no JSON": "{", "a number": "7", null: "null", "a list": "[1]", "a text": '"x"',
})) {
  test(`a draft that is ${name} is as good as none`, () => {
    const memory = new Memory(store({ "veritally/draft/f": text, "veritally/sent/f": text }), "f");
    assert.deepEqual(memory.draft.orders, {});
    assert.equal(memory.sent, undefined);
  });
}

test("amounts that are no whole numbers, and orders that are no texts, are dropped", () => {
  const text = JSON.stringify({ owner: OWNER, selections: { q: { a: 1, b: 0.5, c: "1" }, r: 4 }, orders: { q: ["a", 1], r: "a" } });
  const { draft } = new Memory(store({ "veritally/draft/f": text }), "f");
  assert.deepEqual(draft, { owner: OWNER, selections: { q: { a: 1 }, r: {} }, orders: { q: ["a"] } });
});

test("a ballot without a tracker is not sent again", () => {
  const text = JSON.stringify({ ...SENT, tracker: "javascript:1" });
  assert.equal(new Memory(store({ "veritally/sent/f": text }), "f").sent, undefined);
});

test("whether a ballot is kept is said: a storage may be full", () => {
  const full = { ...store(), setItem: () => { throw new DOMException("full", "QuotaExceededError"); } };
  assert.deepEqual([store(), full].map((one) => new Memory(one, "f").keepSent(SENT)), [true, false]);
});

test("a storage that throws is as good as none", () => {
  const throws = () => {
    throw new DOMException("denied", "SecurityError");
  };
  const memory = new Memory({ getItem: throws, setItem: throws, removeItem: throws }, "f");
  memory.keepDraft(DRAFT);
  memory.forgetDraft();
  assert.deepEqual(memory.draft, NO_DRAFT);
});

for (const owner of [undefined, "", "mine", 7]) {
  test(`choices of ${JSON.stringify(owner)} are nobody's, and as good as none`, () => {
    const text = JSON.stringify({ ...DRAFT, owner });
    assert.deepEqual(new Memory(store({ "veritally/draft/f": text }), "f").draft, NO_DRAFT);
  });
}

test("a browser that throws at the very name of its storage can be voted with", () => {
  const scope = {
    get sessionStorage() {
      throw new DOMException("denied", "SecurityError");
    },
  };
  const memory = new Memory(tabStore(scope), "f");
  memory.keepDraft(DRAFT);
  memory.keepSent(SENT);
  assert.deepEqual([memory.draft, memory.sent, mayHoldSent(tabStore(scope))], [NO_DRAFT, undefined, false]);
});

test("whether a ballot may be waiting is known before the election is", () => {
  assert.equal(mayHoldSent({ "veritally/draft/f": "{}" }), false);
  assert.equal(mayHoldSent({ "veritally/sent/f": "{}" }), true);
});

const CONTESTS = ["fixed", "random"].map((order) => ({
  id: order, order, options: Array.from({ length: 30 }, (_, index) => ({ id: `o${index}` })),
}));

test("a fixed order is the manifest's; a random one has the same options and is kept", () => {
  const orders = optionOrders(CONTESTS, {});
  assert.deepEqual(orders.fixed, CONTESTS[0].options.map(({ id }) => id));
  assert.deepEqual([...orders.random].sort(), [...orders.fixed].sort());
  assert.notDeepEqual(orders.random, orders.fixed); // 1 in 30! is otherwise
  assert.deepEqual(optionOrders(CONTESTS, orders), orders);
});

for (const [name, change] of Object.entries({
  "an option twice": (ids) => [ids[0], ...ids.slice(0, -1)], "one too few": (ids) => ids.slice(1), "an unknown one": (ids) => ["x", ...ids.slice(1)],
})) {
  test(`a kept order with ${name} is drawn anew`, () => {
    const ids = CONTESTS[1].options.map(({ id }) => id);
    assert.deepEqual([...optionOrders(CONTESTS, { random: change(ids) }).random].sort(), [...ids].sort());
  });
}
