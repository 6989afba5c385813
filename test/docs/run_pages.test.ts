import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { matches, normalize } from './compare_output.ts';
import { PageEnvironment } from './page_environment.ts';
import { readPages } from './pages.ts';
import { type Command, type CommandBlock, parsePage } from './parse_page.ts';

/**
 * A request that only reads. Its result may be late, because shadows and staged versions are computed after answers.
 */
const READS = /^curl (?!.*(-d|--data|-X|--request|-T)\b)/;
const LATE_MS = 60_000;

/** Long enough for several commands on a busy machine. Only a command that hangs exceeds it. */
const BLOCK_LIMIT_MS = 900_000;

/**
 * A run of all commands takes several minutes: DOCUMENTED_COMMANDS=run npx vitest run --project node test/docs. The
 * GitHub workflow sets it.
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

/** Repeats `run` while it fails. The attempts run one after the other, because they share one shell. */
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

/** Pages that only send requests share a server with the sample models. */
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
        // The blocks of a page depend on the earlier ones. After a failure, the results of later ones say little.
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
