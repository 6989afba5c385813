import { readFile, stat } from 'node:fs/promises';
import { type Command, Option } from 'commander';
import * as v from 'valibot';
import { parseDocument } from '../../worker/registry/storage/json_document.ts';
import { CARD_LIMITS, type Card, CardSchema } from '../../worker/registry/version/card.ts';
import { parseNameArgument } from '../cli/options/arguments.ts';
import { RepeatableOption } from '../cli/options/repeatable_option.ts';
import { UsageError } from '../cli/usage_error.ts';
import { resolveFromCaller } from '../files/package_root.ts';

/** The most bytes of a file with a card. */
const CARD_BYTES = 64 * 1024;

/** Adds the options that describe a version. */
export function withCardOptions(command: Command): Command {
  return command
    .addOption(
      new Option(
        '--card <file>',
        'a card of the version: JSON with any of description, tags, metrics (numbers by name) and commit',
      ),
    )
    .addOption(new RepeatableOption('--tag <name>', 'a tag on the card', parseNameArgument));
}

const OptionsSchema = v.object({
  card: v.optional(v.string()),
  tag: v.optional(v.array(v.string()), []),
});

/**
 * Returns the card that the command line describes, or undefined.
 *
 * @throws UsageError if it is invalid
 */
export async function readCard(command: Command): Promise<Card | undefined> {
  const { card: file, tag } = v.parse(OptionsSchema, command.opts());
  const card = file === undefined ? {} : await readCardFile(file);
  const tags = [...new Set([...(card.tags ?? []), ...tag])];
  if (tags.length > CARD_LIMITS.tags) throw new UsageError(`a card has at most ${CARD_LIMITS.tags} tags`);
  const whole: Card = tags.length === 0 ? card : { ...card, tags };
  return Object.keys(whole).length === 0 ? undefined : whole;
}

async function readCardFile(file: string): Promise<Card> {
  const path = resolveFromCaller(file);
  const found = await stat(path).catch(() => undefined);
  if (found === undefined || !found.isFile())
    throw new UsageError(`--card names ${file}, which is not a file`);
  if (found.size > CARD_BYTES) {
    throw new UsageError(`the card ${file} has ${found.size} bytes; the limit is ${CARD_BYTES} bytes`);
  }
  const parsed = parseDocument(CardSchema, await readFile(path, 'utf8'));
  if (parsed.kind === 'malformed') throw new UsageError(`the card ${file} is not valid: ${parsed.reason}`);
  return parsed.value;
}
