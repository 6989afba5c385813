import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { matches, normalize } from './compare_output.ts';
import { type DevServer, startDevServer } from './dev_server.ts';
import { readPages } from './pages.ts';
import { type Command, type CommandBlock, parsePage } from './parse_page.ts';
import { copyProject, type ProjectCopy } from './project_copy.ts';
import { Shell } from './shell.ts';

/** The addresses that pages show. */
const PREDICT = 'localhost:8787';
const MANAGEMENT = 'localhost:8788';

/** A request that only reads. Shadows and staged versions are computed after answers: what it reads may come late. */
const READS = /^curl (?!.*(-d|--data|-X|--request|-T)\b)/;
const LATE_MS = 30_000;

const pages = readPages()
  .map(({ path, markdown }) => ({ path, blocks: parsePage(markdown).filter(isRun) }))
  .filter(({ blocks }) => blocks.length > 0);

function isRun({ notRun }: CommandBlock): boolean {
  return notRun === undefined;
}

describe.each(pages)('the commands of $path do what it says', ({ blocks }) => {
  let copy: ProjectCopy;
  let server: DevServer | undefined;
  let shell: Shell;

  beforeAll(async () => {
    copy = await copyProject();
    const commands = blocks.flatMap((block) => block.commands);
    const asks = commands.some(({ text }) => text.includes(PREDICT) || text.includes(MANAGEMENT));
    server = asks ? await startDevServer(copy) : undefined;
    shell = new Shell({ cwd: copy.directory, env: { ...copy.environment, TOKEN: server?.token } });
  });

  afterAll(async () => {
    await shell.close();
    await server?.stop();
    await copy.remove();
  });

  async function run({ text, output }: Command): Promise<void> {
    const result = await shell.run(
      text
        .replaceAll(PREDICT, `localhost:${server?.port}`)
        .replaceAll(MANAGEMENT, `localhost:${server?.managementPort}`),
    );
    if (output === undefined) {
      expect(result.code, `${text}\n${result.output}`).toBe(0);
      return;
    }
    const shown = result.output
      .replaceAll(`localhost:${server?.port}`, PREDICT)
      .replaceAll(`localhost:${server?.managementPort}`, MANAGEMENT);
    const printed = normalize(shown.split(/\r?\n/));
    const expected = normalize(output);
    if (!matches(printed, expected)) expect(printed, text).toEqual(expected);
  }

  for (const { heading, line, commands } of blocks) {
    // The blocks of a page go on from each other: after one that fails, those below it say little.
    test(`line ${line}, ${heading}: ${commands[0]?.text}`, async () => {
      for (const command of commands) {
        if (READS.test(command.text)) await vi.waitFor(() => run(command), { timeout: LATE_MS });
        else await run(command);
      }
    });
  }
});
