type Replacement = readonly [pattern: RegExp, replace: (found: string) => string];

/**
 * Parts that differ between runs or machines, and their replacements for the comparison. The order matters: a digest is
 * replaced before the numbers in it.
 */
const VARYING: readonly Replacement[] = [
  [/\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b/g, () => '<id>'],
  [/\b[0-9a-f]{32,64}\b/g, () => '<digest>'],
  [/\bMCowBQYDK2VwAyEA[\w+/]{43}=/g, () => '<public key>'],
  [/\b\d{4}-\d\d-\d\d[ T]\d\d:\d\d:\d\d(\.\d+)?Z/g, () => '<time>'],
  [/\bdur=[\d.]+/g, () => 'dur=<duration>'],
  [/\b\d[\d.]* (ms|s|min)\b/g, () => '<duration>'],
  [/\b\d[\d.,]* (B|kB|MB|GB|MiB)\b/g, () => '<size>'],
  // Processors round a product with a sum once or twice.
  [/-?\d+\.\d{5,}(e[-+]?\d+)?/g, (number) => Number(number).toPrecision(5)],
];

/** Stands for any number of lines, or within a line for any text. */
const ELLIPSIS = '...';

/**
 * Prepares lines for the comparison: replaces varying parts, collapses runs of spaces, and removes blank lines at both
 * ends.
 */
export function normalize(lines: readonly string[]): string[] {
  const text = VARYING.reduce((text, [pattern, replace]) => text.replace(pattern, replace), lines.join('\n'));
  return text.replace(/ {2,}/g, ' ').replace(/ +$/gm, '').trim().split('\n');
}

/** True if a command printed what the page says. Both are normalized. */
export function matches(printed: readonly string[], expected: readonly string[]): boolean {
  const pattern = expected.map((line) =>
    line.trim() === ELLIPSIS ? '(?:.*\n)*?' : `${line.split(ELLIPSIS).map(escapePattern).join('.*')}\n`,
  );
  return new RegExp(`^${pattern.join('')}$`).test(`${printed.join('\n')}\n`);
}

function escapePattern(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&');
}
