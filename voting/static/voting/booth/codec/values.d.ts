// SPDX-License-Identifier: AGPL-3.0-or-later
// Types that refer to themselves, which JSDoc cannot say. Nothing of this file runs.

/** A value that may have canonical octets. */
export type Value = string | number | boolean | readonly Value[] | { readonly [key: string]: Value };

/** What JSON text can spell, before any refusal. */
export type Loose = string | number | boolean | null | Loose[] | { [key: string]: Loose };
