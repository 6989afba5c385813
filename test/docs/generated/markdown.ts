/** A Markdown table. A cell may hold Markdown; its vertical bars are escaped. */
export function table(header: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell) => cell.replaceAll('|', '\\|').replaceAll('\n', ' ')).join(' | ')} |`;
  return [line(header), `|${'---|'.repeat(header.length)}`, ...rows.map(line)].join('\n');
}

export function code(text: string): string {
  return `\`${text}\``;
}

/** The two lines around a section: of a Markdown page, or of a configuration with comments after `#`. */
const MARKS = {
  markdown: (text: string) => `<!-- ${text} -->`,
  toml: (text: string) => `# --- ${text} ---`,
} as const;

/**
 * The text with another section between the comments "generated: NAME" and "end of NAME".
 *
 * @throws Error if the text does not have the two comments
 */
export function replaceSection(
  text: string,
  name: string,
  section: string,
  form: keyof typeof MARKS = 'markdown',
): string {
  const [begin, end] = [MARKS[form](`generated: ${name}`), MARKS[form](`end of ${name}`)];
  const [before, rest] = splitOnce(text, begin);
  const [, after] = splitOnce(rest, end);
  return `${before}${begin}\n\n${section}\n\n${end}${after}`;
}

function splitOnce(text: string, separator: string): [string, string] {
  const at = text.indexOf(separator);
  if (at === -1) throw new Error(`there is no "${separator}"`);
  return [text.slice(0, at), text.slice(at + separator.length)];
}
