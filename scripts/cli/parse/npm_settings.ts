import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

const PREFIX = 'npm_config_';

/** What npm put into the environment of a script. Its files are read once, and only if somebody asks. */
export class NpmSettings {
  /**
   * npm's own settings and every option of its command line, unknown ones included. Names have underscores, as npm writes
   * them. (Names in capitals stay so.)
   */
  readonly settings: ReadonlyMap<string, string>;
  readonly #npm: string | undefined;
  #optionNames: ReadonlySet<string> | undefined;
  #configured: ReadonlyMap<string, string | undefined> | undefined;

  constructor(environment: NodeJS.ProcessEnv) {
    const settings = new Map<string, string>();
    for (const [key, value = ''] of Object.entries(environment)) {
      if (key.startsWith(PREFIX)) settings.set(key.slice(PREFIX.length), value);
    }
    this.settings = settings;
    this.#npm = environment.npm_execpath;
  }

  /** The names of npm's own options. Empty if they are not found. */
  get optionNames(): ReadonlySet<string> {
    this.#optionNames ??= this.settings.size === 0 ? new Set() : npmOptionNames(this.#npm);
    return this.#optionNames;
  }

  /** True if npm's configuration files give a setting the value that it has, so that nobody typed it. */
  isConfigured(name: string): boolean {
    this.#configured ??= settingsInFiles(this.settings, this.#npm);
    return (
      this.#configured.has(name) && [undefined, this.settings.get(name)].includes(this.#configured.get(name))
    );
  }
}

/** Returns a setting as it is typed. @example typedOption('dry_run') // '--dry-run' */
export function typedOption(setting: string): string {
  return `--${setting.replaceAll('_', '-')}`;
}

/**
 * Returns the settings in npm's configuration files, in the form in which the environment would have them: false is empty.
 * See https://docs.npmjs.com/cli/configuring-npm/npmrc. A value with a variable is undefined.
 */
function settingsInFiles(
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
function npmOptionNames(npm: string | undefined): ReadonlySet<string> {
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
