import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { matches, normalize } from './compare_output.ts';
import { PageEnvironment } from './page_environment.ts';
import { readPages } from './pages.ts';
import { type Command, type CommandBlock, parsePage } from './parse_page.ts';

/** A request that only reads. Shadows and staged versions are computed after answers: what it reads may come late. */
const READS = /^curl (?!.*(-d|--data|-X|--request|-T)\b)/;
const LATE_MS = 60_000;

/** A block may hold several commands, and a busy machine is slow: only what hangs fails. */
const BLOCK_LIMIT_MS = 900_000;

/**
 * Running every command takes several minutes: DOCUMENTED_COMMANDS=run npx vitest run --project node test/docs. The
 * workflow on GitHub sets it.
 */
const isAskedFor = process.env.DOCUMENTED_COMMANDS === 'run';
if (!isAskedFor) {
  process.stderr.write('The commands of README.md and docs/ are NOT run: set DOCUMENTED_COMMANDS=run\n');
}

interface RunPage {
  readonly path: string;
  readonly blocks: readonly CommandBlock[];
}

const pages: readonly RunPage[] = readPages()
  .map(({ path, markdown }) => ({
    path,
    blocks: parsePage(markdown).filter(({ notRun }) => notRun === undefined),
  }))
  .filter(({ blocks }) => blocks.length > 0);

/** Runs it again while it fails, one after the other: they have one shell. */
async function eventually(run: () => Promise<void>): Promise<void> {
  const deadline = Date.now() + LATE_MS;
  for (;;) {
    try {
      return await run();
    } catch (error) {
      if (Date.now() > deadline) throw error;
    }
  }
}

const commandsOf = (group: readonly RunPage[]) =>
  group.flatMap(({ blocks }) => blocks.flatMap(({ commands }) => commands));

/** Pages that only send requests share a server: each of them finds the sample models. */
function sendsOnlyRequests(page: RunPage): boolean {
  return commandsOf([page]).every(({ text }) => !/\bnpm\b/.test(text));
}

const groups: readonly (readonly RunPage[])[] = [
  pages.filter(sendsOnlyRequests),
  ...pages.filter((page) => !sendsOnlyRequests(page)).map((page) => [page]),
].filter((group) => group.length > 0);

for (const group of groups) {
  describe.runIf(isAskedFor)(group.map(({ path }) => path).join(', '), () => {
    let environment: PageEnvironment;
    beforeAll(async () => {
      environment = await PageEnvironment.open(commandsOf(group));
    }, BLOCK_LIMIT_MS);
    afterAll(() => environment.close());

    async function run({ text, output }: Command): Promise<void> {
      const result = await environment.run(text);
      if (output === undefined) {
        expect(result.code, `${text}\n${result.output}`).toBe(0);
        return;
      }
      const printed = normalize(result.output.split(/\r?\n/));
      const expected = normalize(output);
      if (!matches(printed, expected)) expect(printed, text).toEqual(expected);
    }

    for (const { path, blocks } of group) {
      for (const { heading, line, commands } of blocks) {
        // The blocks of a page go on from each other: after one that fails, those below it say little.
        test(
          `${path}:${line}, ${heading}: ${commands[0]?.text}`,
          async () => {
            for (const command of commands) {
              if (READS.test(command.text)) await eventually(() => run(command));
              else await run(command);
            }
          },
          BLOCK_LIMIT_MS,
        );
      }
    }
  });
}
