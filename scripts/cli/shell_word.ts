/** Quotes a word for a shell, if that is needed. */
export function shellWord(word: string): string {
  return /^[\w./:@%+=,\\-]+$/.test(word) ? word : singleQuoted(word);
}

/** Puts a text into single quotes, in which no shell reads anything else than the quote itself. */
export function singleQuoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
