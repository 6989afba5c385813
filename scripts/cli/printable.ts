/**
 * What a terminal acts on or what hides other text: C0, DEL and C1 controls, the line and paragraph separators, and
 * the embeddings, overrides and isolates of bidirectional text.
 */
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what the pattern is for
const CONTROLS = /[\u0000-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]/g;

/** A color or a weight: the one escape sequence that changes nothing but how text looks. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: it begins with ESC
const STYLE = /(\u001b\[[\d;]*m)/;

/** A line with every control character written as an escape, a newline as `\n`. */
export function printable(line: string): string {
  return line.replace(CONTROLS, escaped);
}

/** The same for a line of another program's log, whose colors and tabs stay. */
export function printableLog(line: string): string {
  return line
    .split(STYLE)
    .map((part, index) => (index % 2 === 1 ? part : part.split('\t').map(printable).join('\t')))
    .join('');
}

/**
 * JSON with line breaks and indentation, without any other control character. `JSON.stringify` escapes C0 and leaves
 * the rest; inside of strings, the only place where the rest can be, JSON has an escape for each.
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
