import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { fileURLToPath } from 'node:url';
import * as v from 'valibot';
import { describeError } from '../../../worker/registry/storage/describe_error.ts';
import { within } from '../../../worker/registry/storage/waiting.ts';
import { requireRoom, unlessDiskFull } from '../../files/full_disk.ts';
import { PACKAGE_ROOT } from '../../files/package_root.ts';
import { makeStageFolder } from './sandbox_folder.ts';
import { StageAnswerSchema, type StageRequest } from './sandbox_messages.ts';

/** A process for a workerd of its own, with a bucket of its own. It ends when this one does, however that ends. */
export interface Stage {
  /** For temporary files; gone with the stage. */
  readonly folder: string;
  /**
   * Starts workerd with these versions published.
   *
   * @returns the base address of an isolate for each of them
   * @throws StageError
   */
  start(request: StageRequest): Promise<readonly URL[]>;
  /** Ends workerd, whatever it is doing, and removes everything. */
  close(): Promise<void>;
}

const START_LIMIT_MS = 60_000;
const CLOSE_LIMIT_MS = 5_000;

/** No workerd could be started, which says nothing of a version. */
export class StageError extends Error {}

/** Begins a stage; starting takes a moment, in which other things can be done. */
export async function openStage(): Promise<Stage> {
  await requireRoom(tmpdir());
  const folder = await makeStageFolder();
  const host = startHost(folder);
  const answer = firstAnswer(host);
  // Nobody may have asked by the time that it fails.
  answer.catch(() => undefined);
  return {
    folder,
    start: async (request) => {
      try {
        host.send(request);
        const isolates = await unlessDiskFull(folder, 0, () =>
          within(
            START_LIMIT_MS,
            answer,
            () => new StageError(`workerd did not start within ${START_LIMIT_MS / 1000} seconds`),
          ),
        );
        return isolates.map((url) => new URL(url));
      } catch (error) {
        if (error instanceof StageError) throw error;
        throw new StageError(describeError(error), { cause: error });
      }
    },
    close: () => closeHost(host, folder),
  };
}

function startHost(folder: string): ChildProcess {
  return spawn(process.execPath, [fileURLToPath(new URL('sandbox_process.ts', import.meta.url))], {
    cwd: PACKAGE_ROOT,
    // A group of its own: what Ctrl+C ends is the command, and the host tidies up after it.
    detached: true,
    windowsHide: true,
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
    env: {
      ...process.env,
      TMPDIR: folder,
      TMP: folder,
      TEMP: folder,
      CLOUDFLARE_CF_FETCH_ENABLED: 'false',
    },
  });
}

async function firstAnswer(host: ChildProcess): Promise<string[]> {
  const { promise, resolve, reject } = Promise.withResolvers<unknown>();
  host.once('message', resolve);
  host.once('exit', (code) => reject(new StageError(`the process of workerd ended with code ${code}`)));
  host.once('error', reject);
  const answer = v.parse(StageAnswerSchema, await promise);
  if (answer.kind === 'failed') throw new StageError(`workerd did not start: ${answer.reason}`);
  return answer.isolates;
}

async function closeHost(host: ChildProcess, folder: string): Promise<void> {
  if (host.pid !== undefined && host.exitCode === null && host.signalCode === null) {
    const ended = once(host, 'exit');
    if (host.connected) host.disconnect();
    await within(CLOSE_LIMIT_MS, ended, () => new Error('late')).catch(() => host.kill('SIGKILL'));
  }
  await rm(folder, { recursive: true, force: true, maxRetries: 10 });
}
