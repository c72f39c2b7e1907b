// SPDX-License-Identifier: AGPL-3.0-or-later
/** What `make test` says of the booth's tests: every failure, and one line of numbers. */

export default async function* report(events) {
  const counts = { passed: 0, failed: 0 };
  for await (const { type, data } of events) {
    const isFile = data?.name?.endsWith(".mjs"); // node counts a file as a test too
    if (type === "test:pass" && !isFile) counts.passed += 1;
    if (type === "test:fail") {
      counts.failed += 1;
      const { cause, message } = data.details.error;
      yield `FAILED ${data.file ?? ""} ${data.name}\n${cause?.stack ?? cause ?? message}\n`;
    }
  }
  yield `${counts.passed} passed, ${counts.failed} failed (JavaScript)\n`;
}
