import * as v from 'valibot';

const NAME = /^[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}$/;

/** These mean something else in JavaScript, and parsers of JSON drop them without a word. */
const RESERVED = new Set(['__proto__', 'constructor', 'prototype']);

/** Whether a text may be the name of a member of a stored document. */
export function isMemberName(text: string): boolean {
  return !RESERVED.has(text);
}

/**
 * Whether a text may name a model or a label: letters, digits, `_`, `.` and `-`, 1 to 128 of them, not
 * beginning with `.` or `-`. Such a name is one path segment whatever is done with it: a storage key made of
 * it stays under its prefix.
 */
export function isName(text: string): boolean {
  return NAME.test(text) && isMemberName(text);
}

export const NAME_RULE = 'letters, digits, "_", "." and "-", at most 128 of them, the first not "." or "-"';

/** The name of a model or a label. */
export const NameSchema = v.pipe(v.string(), v.check(isName, 'is not a valid name'));
