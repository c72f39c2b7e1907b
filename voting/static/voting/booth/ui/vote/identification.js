// SPDX-License-Identifier: AGPL-3.0-or-later
/** A code that is given, typed or in a backup file: the worker takes its key, and the server is asked how it stands. */
import { BACKUP_LIMIT, openBackup } from "../../credentials/backup.js";
import { formatCode } from "../../credentials/codes.js";
import { codeIn } from "../link.js";
import { showBroken } from "../trouble.js";
import { showCodeErrors } from "./identify.js";
import { standingOf } from "./standing.js";

/** @import { Event as FlowEvent } from "../../engine/flow.js" */
/** @import { Opened } from "../election_page.js" */
/** @import { Polling } from "../polling.js" */

const FOREIGN = ["AnotherElection", "FingerprintMismatch", "OpeningMismatch"]; // the server shows another election by now
const NAMED = ["CannotOpen", "ForeignRecord", "BadPassphraseText"]; // what is said of a backup file besides that it is none

/**
 * @typedef {object} Asker
 * @property {() => boolean} isWaiting whether the voter is still at the step that asks for a code
 * @property {(event: Extract<FlowEvent, {type: "identified"}>) => void} onidentified
 */

export class Identification {
  /** @type {Pick<Opened, "page" | "server" | "election">} */
  #opened;
  /** @type {Polling} */
  #polling;
  /** @type {Asker} */
  #asker;
  #looks = 0; // every code that is looked at makes the answers to earlier ones late

  /**
   * @param {Pick<Opened, "page" | "server" | "election">} opened
   * @param {Polling} polling
   * @param {Asker} asker
   */
  constructor(opened, polling, asker) {
    [this.#opened, this.#polling, this.#asker] = [opened, polling, asker];
  }

  /** Another code comes: what is still answered about earlier ones is late. */
  drop() {
    this.#looks += 1;
  }

  /**
   * Look at a code, and go on with it. Of several, the last one counts.
   * @param {string} typed the code, or a link with it
   */
  identify(typed) {
    return this.#look(async (isLate) => {
      const code = codeIn(typed, this.#opened.election.fingerprint);
      const engine = await this.#polling.live();
      const { credential } = await engine.identify(code);
      await this.#stand(credential, isLate);
    });
  }

  /**
   * Who is still known here need not give the code again, but is asked for anew at the server.
   * @param {string} credential
   */
  recognize(credential) {
    return this.#look((isLate) => this.#stand(credential, isLate));
  }

  /**
   * The code in a backup file, which only its passphrase opens.
   * @param {File} file
   * @param {string} passphrase
   */
  async restore(file, passphrase) {
    const isLate = this.#begin();
    let code;
    try {
      const octets = new Uint8Array(await file.slice(0, BACKUP_LIMIT + 1).arrayBuffer());
      code = await openBackup(octets, passphrase, this.#opened.election.electionId);
    } catch (error) {
      const { name } = /** @type {Error} */ (error);
      if (!isLate()) showCodeErrors(this.#opened.page, { name: NAMED.includes(name) ? name : "NotABackup" });
      return;
    }
    if (!isLate()) await this.identify(formatCode(code));
    code.fill(0);
  }

  /** @param {(isLate: () => boolean) => Promise<void>} look what stands in its way is said, unless it is late */
  async #look(look) {
    const isLate = this.#begin();
    try {
      await look(isLate);
    } catch (error) {
      if (!isLate()) this.#turnAway(error);
    }
  }

  /** @returns {() => boolean} whether another code was looked at meanwhile, or the step was left */
  #begin() {
    this.#looks += 1;
    const look = this.#looks;
    return () => look !== this.#looks || !this.#asker.isWaiting();
  }

  /** @param {unknown} error */
  #turnAway(error) {
    const { page } = this.#opened;
    if (FOREIGN.includes(/** @type {Error} */ (error).name)) showBroken(page, error);
    else showCodeErrors(page, error);
  }

  /**
   * @param {string} credential
   * @param {() => boolean} isLate
   */
  async #stand(credential, isLate) {
    const { page, server, election } = this.#opened;
    const { refusal, ballots, limit, isCounted } = await standingOf({ server, election, engine: this.#polling.engine }, credential);
    if (isLate()) return;
    const goOn = () => !isLate() && this.#asker.onidentified({ type: "identified", credential, ballots, limit, isCounted });
    if (refusal) showCodeErrors(page, refusal, goOn);
    else goOn();
  }
}
