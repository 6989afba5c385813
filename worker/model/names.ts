const NAME = /^[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}$/;

/** Names also become keys of JSON objects; these mean something else there. */
const RESERVED = new Set(['__proto__', 'constructor', 'prototype']);

/**
 * Whether a text may name a model or a label: letters, digits, `_`, `.` and `-`, 1 to 128 of them, not
 * beginning with `.` or `-`. Such a name is one path segment whatever is done with it: a storage key made of
 * it stays under its prefix.
 */
export function isName(text: string): boolean {
  return NAME.test(text) && !RESERVED.has(text);
}

export const NAME_RULE = 'letters, digits, "_", "." and "-", at most 128 of them, the first not "." or "-"';
