import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

const PREFIX = 'npm_config_';

/**
 * Returns the settings that npm put into the environment of a script: its own settings and every option of its command
 * line, unknown ones included. Names have underscores, as npm writes them. (Names in capitals stay so.)
 */
export function npmSettings(environment: NodeJS.ProcessEnv): ReadonlyMap<string, string> {
  const settings = new Map<string, string>();
  for (const [key, value = ''] of Object.entries(environment)) {
    if (key.startsWith(PREFIX)) settings.set(key.slice(PREFIX.length), value);
  }
  return settings;
}

/**
 * Returns the settings in npm's configuration files, in the form in which the environment would have them: false is empty.
 * See https://docs.npmjs.com/cli/configuring-npm/npmrc. A value with a variable is undefined.
 */
export function settingsInFiles(
  settings: ReadonlyMap<string, string>,
  npm: string | undefined,
): ReadonlyMap<string, string | undefined> {
  const project = settings.get('local_prefix');
  const files = [
    project && join(project, '.npmrc'),
    settings.get('userconfig'),
    settings.get('globalconfig'),
    npm && join(dirname(dirname(npm)), 'npmrc'),
  ];
  const found = new Map<string, string | undefined>();
  // The first file has precedence.
  for (const file of files.reverse()) {
    for (const line of file ? linesOf(file) : []) {
      const [, name, value = 'true'] = /^\s*([\w.-]+?)\s*(?:\[\])?\s*(?:=\s*(.*?)\s*)?$/.exec(line) ?? [];
      if (name === undefined) continue;
      const isKnown = !/\$\{|["'[]/.test(value);
      const text = value === 'false' ? '' : value;
      found.set(name.toLowerCase().replaceAll('-', '_'), isKnown ? text : undefined);
    }
  }
  return found;
}

/**
 * Returns the names of npm's own options, with underscores. Empty if they are not found: they are only read from npm's
 * sources, since no command of npm lists them.
 *
 * @param npm the path of npm's executable
 */
export function npmOptionNames(npm: string | undefined): ReadonlySet<string> {
  const config = 'node_modules/@npmcli/config/lib/definitions/definitions.js';
  const lines = npm === undefined ? [] : linesOf(join(dirname(dirname(npm)), config));
  const names = lines.flatMap((line) => /new Definition\('([\w-]+)'/.exec(line)?.[1] ?? []);
  return new Set(names.map((name) => name.replaceAll('-', '_')));
}

function linesOf(file: string): string[] {
  try {
    return readFileSync(file, 'utf8').split('\n');
  } catch {
    return [];
  }
}
