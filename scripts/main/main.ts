import { findSubcommand, nearestSubcommand, SUBCOMMANDS } from './subcommands.ts';

/**
 * Runs the command line of the program and ends the process with its exit code. Nothing is loaded that the subcommand
 * does not need.
 *
 * @param words the words after the name of the program
 */
export async function main([name, ...words]: readonly string[]): Promise<void> {
  const code = await run(name, words);
  // Handles that wrangler leaves open, such as a failed connection, must not keep the process alive.
  process.stdout.write('', () => process.exit(code));
}

async function run(name: string | undefined, words: readonly string[]): Promise<number> {
  switch (name) {
    case undefined:
    case '-h':
    case '--help':
      return print((await import('./root_help.ts')).rootHelp());
    case '-V':
    case '--version':
      return print(`${await (await import('../files/package_root.ts')).toolVersion()}\n`);
    case 'help':
      return words[0] === undefined ? run('--help', []) : run(words[0], ['--help']);
    case 'completion':
      return complete(words);
    default:
      return runSubcommand(name, words);
  }
}

function print(text: string): number {
  process.stdout.write(text);
  return 0;
}

async function runSubcommand(name: string, words: readonly string[]): Promise<number> {
  const subcommand = findSubcommand(name);
  if (subcommand === undefined) {
    return refuse(
      name.startsWith('-')
        ? `"${name}" is not an option of edge-serving itself; the options of a subcommand follow its name`
        : unknownSubcommand(name),
      [name, ...words],
    );
  }
  const [{ newCommand }, { runCommand }, module] = await Promise.all([
    import('../cli/command_module.ts'),
    import('../cli/run_command.ts'),
    subcommand.load(),
  ]);
  return runCommand(module.define(newCommand(name, subcommand.summary)), module, words);
}

function unknownSubcommand(name: string): string {
  const meant = nearestSubcommand(name);
  const question = meant === undefined ? '' : `; did you mean ${meant}?`;
  return `"${name}" is not a subcommand${question}`;
}

async function complete([shell = '', ...rest]: readonly string[]): Promise<number> {
  if (shell === '--list') return listNames(rest);
  const { COMPLETION_SHELLS, completionScript } = await import('./completion/completion_script.ts');
  if (shell === '--help' || shell === '-h') return run('--help', []);
  const known = COMPLETION_SHELLS.find((name) => name === shell);
  if (known === undefined || rest.length > 0) {
    return refuse(`completion takes the name of a shell: ${COMPLETION_SHELLS.join(', ')}`, [shell, ...rest]);
  }
  const { newCommand } = await import('../cli/command_module.ts');
  const commands = SUBCOMMANDS.map(async ({ name, summary, load }) =>
    (await load()).define(newCommand(name, summary)),
  );
  const program = [process.execPath, process.argv[1] ?? 'edge-serving'];
  return print(completionScript(known, { commands: await Promise.all(commands), program }));
}

/** For the scripts of completion: `models`, or `versions MODEL`, each with `--persist-to DIRECTORY`. */
async function listNames([what, ...words]: readonly string[]): Promise<number> {
  const [{ localNames }, { DEFAULT_STATE_DIRECTORY, resolveFromCaller }] = await Promise.all([
    import('./completion/local_names.ts'),
    import('../files/package_root.ts'),
  ]);
  const at = words.indexOf('--persist-to');
  const state = at === -1 ? undefined : words[at + 1];
  const names = await localNames(state === undefined ? DEFAULT_STATE_DIRECTORY : resolveFromCaller(state));
  const listed = what === 'models' ? [...names.keys()].sort() : (names.get(words[0] ?? '') ?? []);
  return print(listed.map((name) => `${name}\n`).join(''));
}

async function refuse(message: string, words: readonly string[]): Promise<number> {
  const [{ createOutput }, { EXIT_USAGE }, { programName }] = await Promise.all([
    import('../cli/output.ts'),
    import('../cli/command_module.ts'),
    import('../cli/invocation.ts'),
  ]);
  const output = await createOutput(words.includes('--json'));
  output.error([message, `See ${programName()} --help`], 'ERR_COMMAND_LINE_INVALID');
  return EXIT_USAGE;
}
