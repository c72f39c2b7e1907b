// SPDX-License-Identifier: AGPL-3.0-or-later
import assert from "node:assert/strict";
import test from "node:test";

import { Engine } from "../../voting/static/voting/booth/engine/client.js";
import { refusesLater } from "./support.mjs";

/** The page's one timer, which goes on when a test says so. */
function timer() {
  const made = { ticks: [], after: 0 };
  globalThis.setInterval = (tick, after) => {
    made.after = after;
    made.ticks.push(tick);
    return tick;
  };
  globalThis.clearInterval = (tick) => (made.ticks = made.ticks.filter((other) => other !== tick));
  made.pass = (ms) => {
    for (let passed = 0; passed < ms; passed += made.after || ms) for (const tick of made.ticks) tick();
  };
  return made;
}

class FakeWorker {
  asked = [];
  isEnded = false;

  postMessage(message) {
    this.asked.push(message);
  }

  terminate() {
    this.isEnded = true;
  }

  say(data) {
    this.onmessage({ data });
  }
}

function begin() {
  const [time, worker] = [timer(), new FakeWorker()];
  return { time, worker, engine: new Engine(worker) };
}

/** A worker that has said something already. */
function begun() {
  const made = begin();
  made.worker.say({ progress: { made: 4, total: 8 } });
  return made;
}

test("a worker that was asked something and falls silent is ended", async () => {
  const { time, worker, engine } = begun();
  const found = refusesLater(engine.identify("code"), "Stopped");
  time.pass(25_000);
  assert.equal(engine.hasEnded, false);
  time.pass(5_000);
  assert.deepEqual([engine.hasEnded, worker.isEnded, time.ticks], [true, true, []]);
  await found;
  await refusesLater(engine.identify("code"), "Stopped");
});

test("every word of it is a sign of life", async () => {
  const { time, worker, engine } = begun();
  const found = engine.identify("code");
  for (const word of [{ progress: { made: 8, total: 8 } }, {}, {}, { id: 7, result: 0 }]) {
    time.pass(25_000);
    worker.say(word);
  }
  time.pass(25_000);
  worker.say({ id: 1, result: { credential: "c" } });
  assert.deepEqual(await found, { credential: "c" });
});

test("a worker that is asked nothing may be silent", () => {
  const { time, engine } = begun();
  time.pass(3_600_000);
  assert.equal(engine.hasEnded, false);
});

test("an answer ends the wait, and another question begins a new one", async () => {
  const { time, worker, engine } = begun();
  const first = engine.identify("code");
  time.pass(25_000);
  worker.say({ id: 1, result: 1 });
  await first;
  time.pass(3_600_000);
  const second = refusesLater(engine.identify("code"), "Stopped");
  time.pass(25_000);
  assert.equal(engine.hasEnded, false);
  time.pass(5_000);
  assert.equal(engine.hasEnded, true);
  await second;
});

test("a worker whose modules still come is given longer", async () => {
  const { time, engine } = begin();
  const found = refusesLater(engine.open({}), "Stopped");
  time.pass(175_000);
  assert.equal(engine.hasEnded, false);
  time.pass(5_000);
  assert.equal(engine.hasEnded, true);
  await found;
});

test("a page that is not seen waits for nothing", async () => {
  const { time, engine } = begun();
  const found = refusesLater(engine.identify("code"), "Stopped");
  globalThis.document = { visibilityState: "hidden" };
  time.pass(3_600_000);
  assert.equal(engine.hasEnded, false);
  globalThis.document.visibilityState = "visible";
  time.pass(30_000);
  delete globalThis.document;
  assert.equal(engine.hasEnded, true);
  await found;
});

test("who stops a worker leaves no timer behind", async () => {
  const { time, engine } = begun();
  const found = refusesLater(engine.identify("code"), "Stopped");
  engine.stop();
  assert.deepEqual(time.ticks, []);
  await found;
});
