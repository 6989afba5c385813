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

/** Returns the names that npm's configuration files set, see https://docs.npmjs.com/cli/configuring-npm/npmrc */
export function settingsInFiles(settings: ReadonlyMap<string, string>, npm: string | undefined): Set<string> {
  const project = settings.get('local_prefix');
  const files = [
    settings.get('userconfig'),
    settings.get('globalconfig'),
    project && join(project, '.npmrc'),
    npm && join(dirname(dirname(npm)), 'npmrc'),
  ];
  const names = new Set<string>();
  for (const file of files) {
    for (const line of file ? linesOf(file) : []) {
      const [, name] = /^\s*([\w.-]+?)\s*(?:\[\])?\s*(?:=|$)/.exec(line) ?? [];
      if (name !== undefined) names.add(name.toLowerCase().replaceAll('-', '_'));
    }
  }
  return names;
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
