import { InvalidArgumentError } from 'commander';
import { isName, NAME_RULE } from '../../../worker/model/names.ts';
import { parseVersion } from '../../../worker/registry/version/version.ts';

export function parseNameArgument(text: string): string {
  if (!isName(text)) throw new InvalidArgumentError(`A name consists of ${NAME_RULE}.`);
  return text;
}

export function parseVersionArgument(text: string): string {
  const version = parseVersion(text);
  if (version === undefined) {
    throw new InvalidArgumentError('A version is MAJOR.MINOR.PATCH, or a plain integer.');
  }
  return version;
}

export function parseCountArgument(text: string): number {
  if (!/^\d{1,9}$/.test(text)) throw new InvalidArgumentError('The value must be a whole number.');
  return Number(text);
}

/** Returns the number that decimal digits write, as JSON does or with a point first; NaN for any other text. */
export function decimalNumber(text: string): number {
  return /^(\d+(\.\d*)?|\.\d+)(e[+-]?\d+)?$/i.test(text) ? Number(text) : Number.NaN;
}

export function parseShareArgument(text: string): number {
  const share = decimalNumber(text);
  if (!(share <= 100)) throw new InvalidArgumentError('A share is a number from 0 to 100, in percent.');
  return share;
}

export function parsePortArgument(text: string): number {
  const port = /^\d{1,5}$/.test(text) ? Number(text) : 0;
  if (port < 1 || port > 65535) throw new InvalidArgumentError('A port is a number from 1 to 65535.');
  return port;
}

/** Returns a parser of texts of limited length. */
export function parseTextUpTo(length: number): (text: string) => string {
  return (text) => {
    if (text.length <= length) return text;
    throw new InvalidArgumentError(`It has ${text.length} characters; at most ${length} are kept.`);
  };
}
