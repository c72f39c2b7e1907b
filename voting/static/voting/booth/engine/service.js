// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * The worker's loop. A question is {id, method, argument}; its answer {id, result} or {id, error}; {progress} tells how
 * many powers are made, also while a ballot waits for them; {checking}, how much of a ballot's proof is checked. Questions
 * are answered in order; between two powers the loop looks for the next question.
 */
import { writeError } from "./wire.js";

/** @import { Desk } from "./desk.js" */

/** @typedef {"open" | "identify" | "seal" | "cast" | "challenge" | "confirm" | "refusal" | "reveal" | "checkEntry" | "checkSigned" | "checkBoard" | "checkOpening"} Method */
/** @typedef {{id: number, method: Method, argument: any}} Question */
/** @typedef {{postMessage(message: unknown): void, onmessage: ((event: {data: Question}) => void) | null}} Port */

const PROGRESS_EVERY = 4; // powers, or branches of a proof

/**
 * @param {Desk} desk
 * @param {Port} port
 */
export function serve(desk, port) {
  const turns = new MessageChannel(); // setTimeout would wait 4 ms between two turns
  let isWorking = false;
  /** @type {Promise<void>} */
  let last = Promise.resolve();

  function work() {
    if (isWorking) return;
    isWorking = true;
    turns.port2.postMessage(0);
  }

  /** @param {"progress" | "checking"} kind @returns {(told: {made: number, total: number}) => void} */
  const teller = (kind) => ({ made, total }) => {
    if (made % PROGRESS_EVERY === 0 || made === total) port.postMessage({ [kind]: { made, total } });
  };
  desk.onprogress = teller("progress");
  desk.onchecking = teller("checking");

  turns.port1.onmessage = () => {
    const isMore = desk.step();
    desk.onprogress(desk.progress);
    if (isMore) turns.port2.postMessage(0);
    else isWorking = false;
  };

  port.onmessage = ({ data: { id, method, argument } }) => {
    last = last.then(async () => {
      try {
        port.postMessage({ id, result: await desk[method](argument) });
      } catch (error) {
        port.postMessage({ id, error: writeError(error) });
      }
      desk.refill().then(work, () => {}); // nobody waits for it; a ballot that needs it says what is wrong
    });
  };
}
