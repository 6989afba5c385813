import type { Command } from 'commander';
import { greedyOptions } from './greedy_options.ts';
import { npmOptionNames, npmSettings, settingsInFiles } from './npm_settings.ts';

/**
 * npm's own options that ask a command for something else than it would do without them: `npm run rollback NAME --dry-run` would
 * flip.
 */
const ASKS_FOR_SOMETHING_ELSE: ReadonlySet<string> = new Set(['dry_run', 'tag']);

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
 */
export function strayOptions(command: Command, environment: NodeJS.ProcessEnv): string[] {
  const { npm_lifecycle_event: event, npm_execpath: npm } = environment;
  // npx passes all words on.
  if (event === undefined || event === 'npx') return [];
  const npmNames = npmOptionNames(npm);
  if (npmNames.size === 0) return [];
  const settings = npmSettings(environment);
  const configured = settingsInFiles(settings, npm);
  const own = new Set(greedyOptions(command, environment).map(({ setting }) => setting));
  const stray: string[] = [];
  for (const [name, value] of settings) {
    const typed = `--${name.replaceAll('_', '-')}`;
    const isForeign = !npmNames.has(name) && !OF_NPM_ITSELF.has(name);
    const isAsked = ASKS_FOR_SOMETHING_ELSE.has(name) && value !== '';
    if ((isForeign || isAsked) && !configured.has(name) && !own.has(typed)) stray.push(typed);
  }
  return stray;
}
