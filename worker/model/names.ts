import * as v from 'valibot';

const NAME = /^[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}$/;

/** These names have a special meaning in JavaScript, and JSON parsers drop them silently. */
const RESERVED = new Set(['__proto__', 'constructor', 'prototype']);

/** True if a text is a valid member name of a stored document. */
export function isMemberName(text: string): boolean {
  return !RESERVED.has(text);
}

/**
 * True if a text is a valid name of a model or a label: 1 to 128 letters, digits, `_`, `.` and `-`, not beginning with
 * `.` or `-`. Such a name is one path segment, so that a storage key that contains it stays under its prefix.
 */
export function isName(text: string): boolean {
  return NAME.test(text) && isMemberName(text);
}

export const NAME_RULE = 'letters, digits, "_", "." and "-", at most 128 of them, the first not "." or "-"';

/** The name of a model or a label. */
export const NameSchema = v.pipe(v.string(), v.check(isName, 'is not a valid name'));
