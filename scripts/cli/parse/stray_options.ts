import type { GreedyOption } from './greedy_options.ts';
import { type NpmSettings, typedOption } from './npm_settings.ts';

/**
 * npm's own options that ask a command for something else than it would do without them: `npm run rollback NAME --dry-run` would
 * flip. npm also reads a word of its one-letter options as these: `--fas` is `--force --all --silent`.
 */
const ASKS_FOR_SOMETHING_ELSE: ReadonlySet<string> = new Set(['all', 'dry_run', 'force', 'tag']);

/** Settings that npm gives to every script beside its options. */
const OF_NPM_ITSELF: ReadonlySet<string> = new Set([
  'local_prefix',
  'global_prefix',
  'npm_version',
  'nodedir',
]);

/**
 * Returns the options that npm consumed and that the command does not have, as they were typed: those that npm does not
 * have either, and those that ask for something else. Without npm in between the command would refuse them.
 *
 * @param own the options of the command that npm consumed
 */
export function strayOptions(
  npm: NpmSettings,
  own: readonly GreedyOption[],
  event: string | undefined,
): string[] {
  // npx passes all words on.
  if (event === undefined || event === 'npx' || npm.optionNames.size === 0) return [];
  const stray: string[] = [];
  for (const [name, value] of npm.settings) {
    const typed = typedOption(name);
    const isForeign = !npm.optionNames.has(name) && !OF_NPM_ITSELF.has(name);
    const isAsked = ASKS_FOR_SOMETHING_ELSE.has(name) && value !== '';
    const isOwn = own.some(({ setting }) => setting === typed);
    if ((isForeign || isAsked) && !isOwn && !npm.isConfigured(name)) stray.push(typed);
  }
  return stray;
}
