/**
 * DEL, C1 controls, and characters that change the direction of text or end a line. JSON does not escape them, and a
 * terminal that shows the log would interpret them.
 */
const UNSAFE = /[\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/g;

/** Formats a log entry as one line of JSON without control characters. It parses to the same entry. */
export function logLine(entry: Readonly<Record<string, unknown>>): string {
  return JSON.stringify(entry).replace(
    UNSAFE,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
