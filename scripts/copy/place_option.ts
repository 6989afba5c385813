import { type Command, InvalidArgumentError, Option } from 'commander';
import * as v from 'valibot';
import { shellWord } from '../cli/shell_word.ts';
import { UsageError } from '../cli/usage_error.ts';
import { environmentFault, parseEnvironment, wranglerEnvironment } from '../deploy/wrangler_environment.ts';
import { DEFAULT_STATE_DIRECTORY, resolveFromCaller } from '../files/package_root.ts';
import type { RegistryPlace } from '../registry/open_registry.ts';
import { parseManagementUrl, TOKEN_VARIABLE } from '../registry/registry_command.ts';

/** The token of the place to copy from if both places are URLs. A token is never sent to another server than its own. */
const FROM_TOKEN_VARIABLE = 'EDGE_SERVING_FROM_TOKEN';

type Side = 'from' | 'to';

/** Adds the two options that name a place and its environment. */
export function withPlaceOption(command: Command, side: Side): Command {
  return command
    .addOption(
      new Option(
        `--${side} <place>`,
        `where to copy ${side}: local (.wrangler/state), a folder of local state such as ./backup, remote, or the URL of a management Worker`,
      )
        .argParser(parsePlace)
        .makeOptionMandatory(),
    )
    .addOption(
      new Option(
        `--${side}-env <name>`,
        `the environment of wrangler.toml for --${side} (default: CLOUDFLARE_ENV, if set)`,
      ).argParser(parseEnvironment),
    );
}

/** A folder needs a slash, so that a misspelled word does not become one. */
function parsePlace(typed: string): PlaceWord {
  if (typed === 'local') return { kind: 'local', directory: DEFAULT_STATE_DIRECTORY, typed };
  if (typed === 'remote') return { kind: 'remote', typed };
  if (/^https?:/i.test(typed)) return { kind: 'management', url: parseManagementUrl(typed), typed };
  if (/[/\\]/.test(typed) || typed === '.')
    return { kind: 'local', directory: resolveFromCaller(typed), typed };
  throw new InvalidArgumentError(
    'A place is local, remote, a URL, or a folder with a slash, such as ./backup.',
  );
}

const WordSchema = v.variant('kind', [
  v.object({ kind: v.literal('local'), directory: v.string(), typed: v.string() }),
  v.object({ kind: v.literal('remote'), typed: v.string() }),
  v.object({ kind: v.literal('management'), url: v.instance(URL), typed: v.string() }),
]);
type PlaceWord = v.InferOutput<typeof WordSchema>;
const OptionsSchema = v.object({
  from: WordSchema,
  to: WordSchema,
  fromEnv: v.optional(v.string()),
  toEnv: v.optional(v.string()),
});

/**
 * Returns the two places of the command line.
 *
 * @throws UsageError if an environment or a token is missing, or if both are the same place
 */
export async function copyPlaces(
  command: Command,
  environment: NodeJS.ProcessEnv,
): Promise<{ readonly from: RegistryPlace; readonly to: RegistryPlace }> {
  const { from, to, fromEnv, toEnv } = v.parse(OptionsSchema, command.opts());
  const areUrls = from.kind === 'management' && to.kind === 'management';
  const places = {
    from: await placeOf(from, fromEnv, '--from', areUrls ? FROM_TOKEN_VARIABLE : TOKEN_VARIABLE, environment),
    to: await placeOf(to, toEnv, '--to', TOKEN_VARIABLE, environment),
  };
  if (identity(places.from) === identity(places.to))
    throw new UsageError('--from and --to name the same place');
  return places;
}

async function placeOf(
  word: PlaceWord,
  named: string | undefined,
  option: string,
  variable: string,
  environment: NodeJS.ProcessEnv,
): Promise<RegistryPlace> {
  if (word.kind === 'management') {
    if (named !== undefined)
      throw new UsageError(`${option}-env is for local state and remote, not for a URL`);
    const token = environment[variable];
    if (!token) throw new UsageError(`${option} needs a token in the environment variable ${variable}`);
    return { kind: 'management', service: { url: word.url, token } };
  }
  const selected = named ?? wranglerEnvironment();
  const fault = await environmentFault(selected);
  if (fault !== undefined) throw new UsageError(fault);
  return word.kind === 'local'
    ? { kind: 'local', directory: word.directory, environment: selected }
    : { kind: 'remote', environment: selected };
}

/** Returns the options that name the two places, as words of a command line. */
export function placeWords(command: Command): string[] {
  const { from, to, fromEnv, toEnv } = v.parse(OptionsSchema, command.opts());
  return [
    ...['--from', shellWord(from.typed), ...(fromEnv === undefined ? [] : ['--from-env', fromEnv])],
    ...['--to', shellWord(to.typed), ...(toEnv === undefined ? [] : ['--to-env', toEnv])],
  ];
}

function identity(place: RegistryPlace): string {
  return place.kind === 'management' ? place.service.url.href : JSON.stringify(place);
}
