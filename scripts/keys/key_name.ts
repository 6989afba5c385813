import { InvalidArgumentError } from 'commander';

/** Checks the name of a key or token. */
export function parseKeyName(text: string): string {
  if (/^[\w.-]{1,64}$/.test(text)) return text;
  throw new InvalidArgumentError('A name consists of letters, digits, "_", "." and "-", at most 64.');
}
