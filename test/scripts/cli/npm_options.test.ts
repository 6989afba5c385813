import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Option } from 'commander';
import { beforeAll, describe, expect, test } from 'vitest';
import { scriptName } from '../../../scripts/cli/invocation.ts';
import { parseCommandLine } from '../../../scripts/cli/parse/parse_command_line.ts';
import { readPages } from '../../docs/pages.ts';
import { definedCommands } from '../../fixtures/commands/commands.ts';
import { runNpm } from '../../fixtures/commands/run_npm.ts';
import { temporaryFolder } from '../../fixtures/commands/temporary_folder.ts';

const commands = await definedCommands();
const folder = await temporaryFolder();

/** The words and environment variables that npm passes to a script. */
interface Received {
  readonly words: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
}

const REPORT =
  'console.log("got " + JSON.stringify({ words: process.argv.slice(3), environment: process.env }));';

/** Undefined if npm does something else and starts no script. */
async function typed(...words: readonly string[]): Promise<Received | undefined> {
  const { stdout } = await runNpm(['run', 'probe', ...words], { cwd: folder });
  const [, report] = /^got (.*)$/m.exec(stdout) ?? [];
  return report === undefined ? undefined : JSON.parse(report);
}

/** The ways to type an option beside the argument `m`, without `--`. */
function waysToType({ long, required }: Option): (readonly string[])[] {
  const flag = long ?? '';
  if (!required)
    return [
      ['m', flag],
      [flag, 'm'],
    ];
  return [
    ['m', flag, '1.0.2'],
    [flag, '1.0.2', 'm'],
    ['m', `${flag}=1.0.2`],
    [`${flag}=1.0.2`, 'm'],
  ];
}

/** An abbreviation of an option, which no command knows and npm may expand to an option of its own. */
function abbreviation({ long = '' }: Option): string | undefined {
  const short = long.slice(0, (long.startsWith('--no-') ? '--no-' : '--').length + 3);
  return short === long || short === '--ver' ? undefined : short;
}

function waysToAbbreviate(option: Option): (readonly string[])[] {
  const short = abbreviation(option);
  if (short === undefined) return [];
  return option.required
    ? [
        ['m', short, '1.0.2'],
        ['m', `${short}=1.0.2`],
      ]
    : [['m', short]];
}

const options = [...commands].flatMap(([name, command]) =>
  command.options.map((option) => ({ name, command, option })),
);
const received = new Map<string, Received | undefined>();

beforeAll(async () => {
  await mkdir(join(folder, 'bin'));
  await writeFile(join(folder, 'bin', 'edge-serving.js'), REPORT);
  const scripts = { probe: 'node bin/edge-serving.js probe' };
  await writeFile(join(folder, 'package.json'), JSON.stringify({ scripts }));
  const lines = new Map(
    options
      .flatMap(({ option }) => [...waysToType(option), ...waysToAbbreviate(option)])
      .map((words) => [words.join(' '), words]),
  );
  const waiting = [...lines];
  // npm is slow, and there are more than a hundred cases.
  const work = async (): Promise<void> => {
    for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
      received.set(next[0], await typed(...next[1]));
    }
  };
  await Promise.all(Array.from({ length: 4 }, work));
}, 600_000);

test('every subcommand has its options tried', () => {
  expect([...commands.keys()]).toEqual(
    expect.arrayContaining(['publish', 'promote', 'rollback', 'canary', 'prune', 'dev', 'deploy', 'token']),
  );
  expect(received.size).toBeGreaterThan(100);
});

describe('an option without `--` before it', () => {
  const startsNothing = new Set(['--version']);

  test.for(
    options
      .filter(({ option }) => !startsNothing.has(option.long ?? ''))
      .map(({ name, command, option }) => [name, option.long ?? '', { command, option }] as const),
  )(
    'npm run %s ... %s is refused, and the message says what to type',
    ([name, flag, { command, option }]) => {
      for (const words of waysToType(option)) {
        const got = received.get(words.join(' '));
        if (got === undefined) throw new Error(`npm ${words.join(' ')} starts no script`);
        const parsed = parseCommandLine(command, got.words, got.environment);
        const lines = parsed.kind === 'wrong' ? parsed.lines.join('\n') : parsed.kind;
        expect(lines, words.join(' ')).toMatch(new RegExp(`^npm consumed ${flag}`, 'm'));
        expect(lines, words.join(' ')).toContain(
          `omit \`--\` before the options? npm run ${scriptName(name)} -- `,
        );
        expect(lines, words.join(' ')).toMatch(new RegExp(`npm run ${scriptName(name)} -- .*${flag}`));
      }
    },
  );

  test.for(
    options
      .filter(({ option }) => abbreviation(option) !== undefined)
      .map(({ name, command, option }) => [name, abbreviation(option), { command, option }] as const),
  )('npm run %s ... %s is refused, although no command knows it', ([, , { command, option }]) => {
    for (const words of waysToAbbreviate(option)) {
      const got = received.get(words.join(' '));
      if (got === undefined) throw new Error(`npm ${words.join(' ')} starts no script`);
      const parsed = parseCommandLine(command, got.words, got.environment);
      expect(parsed.kind, words.join(' ')).toBe('wrong');
    }
  });

  test.each([
    ['m', '--dry-run'],
    ['m', '--target', '1.0.2'],
    ['m', '--target=1.0.2'],
    ['m', '--tag', '1.0.2'],
    ['m', '--no-such-option'],
  ])('%s %s %s is refused by a command that does not have it', async (...words) => {
    const got = await typed(...words.filter((word) => word !== undefined));
    const rollback = commands.get('rollback');
    if (got === undefined || rollback === undefined) throw new Error('npm starts no script');
    const parsed = parseCommandLine(rollback, got.words, got.environment);
    const flag = words[1]?.split('=')[0] ?? '';
    expect(parsed).toMatchObject({
      kind: 'wrong',
      lines: expect.arrayContaining([expect.stringContaining(`npm consumed ${flag.replace('--no-', '--')}`)]),
    });
  });

  test('with which npm starts no script (--version) has another name and is not documented', async () => {
    const silent = options.filter(({ option }) => received.get(`m ${option.long} 1.0.2`) === undefined);
    const unstarted = silent.filter(({ option }) => option.required);
    expect(new Set(unstarted.map(({ option }) => option.long))).toEqual(startsNothing);
    for (const { command } of unstarted) {
      expect(command.options.map(({ long }) => long)).toContain('--model-version');
    }
    const documentation = readPages()
      .map(({ markdown }) => markdown)
      .join('\n');
    expect(documentation.match(/^.*npm run .* --version .*$/gm)).toBeNull();
  });
});

describe('a setting of npm', () => {
  test.for([...commands])('that the user did not type does not affect npm run %s', async ([, command]) => {
    const plain = (await typed('m')) ?? { words: [], environment: {} };
    const parsed = parseCommandLine(command, plain.words, plain.environment);
    expect(parsed.kind === 'wrong' ? parsed.lines.join('\n') : '').not.toContain('npm consumed');
  });

  test('in a file does not count as typed', async () => {
    await writeFile(join(folder, '.npmrc'), 'json=true\nforce = true\nsign-git-tag=true\n');
    const got = await typed('m', 'elsewhere');
    expect(got?.environment).toMatchObject({ npm_config_force: 'true', npm_config_sign_git_tag: 'true' });
    const convert = commands.get('convert');
    if (convert === undefined || got === undefined) throw new Error('there is no convert');
    expect(parseCommandLine(convert, got.words, got.environment)).toEqual({ kind: 'parsed' });
    await writeFile(join(folder, '.npmrc'), 'force = false\n');
    const other = await typed('m', 'elsewhere', '--force');
    if (other === undefined) throw new Error('npm starts no script');
    expect(parseCommandLine(convert, other.words, other.environment)).toMatchObject({ kind: 'wrong' });
    await writeFile(join(folder, '.npmrc'), '');
  });
});
