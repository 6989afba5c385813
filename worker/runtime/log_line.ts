/**
 * DEL and C1 controls, which JSON leaves as they are, and the characters that turn the direction of a line or end it:
 * a terminal that shows the log would act on them.
 */
const UNSAFE = /[\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/g;

/** An entry of the log as one line of JSON that holds no control character. It parses to the same entry. */
export function logLine(entry: Readonly<Record<string, unknown>>): string {
  return JSON.stringify(entry).replace(
    UNSAFE,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
