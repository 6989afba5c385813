/**
 * Characters that a terminal acts on or that hide other text: C0, DEL and C1 controls, the line and paragraph
 * separators, and the embeddings, overrides and isolates of bidirectional text.
 */
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what the pattern is for
const CONTROLS = /[\u0000-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]/g;

/** A color or a weight: the only escape sequence that changes only the look of text. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: it begins with ESC
const STYLE = /(\u001b\[[\d;]*m)/;

/** Escapes every control character of a line, a newline as `\n`. */
export function printable(line: string): string {
  return line.replace(CONTROLS, escaped);
}

/** Does the same for a line of another program's log, and keeps colors and tabs. */
export function printableLog(line: string): string {
  return line
    .split(STYLE)
    .map((part, index) => (index % 2 === 1 ? part : part.split('\t').map(printable).join('\t')))
    .join('');
}

/**
 * Formats JSON with line breaks and indentation and without any other control character. `JSON.stringify` escapes only
 * C0. The others can only occur inside strings, for which JSON has an escape.
 */
export function printableJson(value: unknown): string {
  const lines = (JSON.stringify(value, null, 2) ?? 'null').split('\n');
  return lines.map((line) => line.replace(CONTROLS, unicodeEscape)).join('\n');
}

function escaped(character: string): string {
  if (character === '\n') return '\\n';
  if (character === '\r') return '\\r';
  if (character === '\t') return '\\t';
  return unicodeEscape(character);
}

function unicodeEscape(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
}
