import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { rm } from 'node:fs/promises';
import { getCompileCacheDir } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import * as v from 'valibot';
import { CodedError, type ErrorCode } from '../../../worker/model/coded_error.ts';
import { errorMessage } from '../../../worker/registry/storage/error_message.ts';
import { within } from '../../../worker/registry/storage/waiting.ts';
import { requireRoom, unlessDiskFull } from '../../files/full_disk.ts';
import { PACKAGE_ROOT, startableModule } from '../../files/package_root.ts';
import { makeSandboxFolder } from './sandbox_folder.ts';
import {
  SandboxAnswerSchema,
  type SandboxPreparation,
  type SandboxRequest,
  type SandboxVersion,
} from './sandbox_messages.ts';

/** A process with its own workerd and bucket. It ends with this process, however that ends. */
export interface Sandbox {
  /** For temporary files, removed with the sandbox. */
  readonly folder: string;
  /** Starts workerd, which takes a moment during which other work can be done. Called once. */
  prepare(preparation: SandboxPreparation): void;
  /**
   * Publishes versions in the started workerd. Called once, after it was prepared.
   *
   * @returns the base URL of an isolate for each of them
   * @throws SandboxError
   */
  publish(versions: readonly SandboxVersion[]): Promise<readonly URL[]>;
  /** Ends workerd, whatever its state, and removes all files. */
  close(): Promise<void>;
}

const START_LIMIT_MS = 60_000;
const CLOSE_LIMIT_MS = 5_000;

/** workerd could not be started, which says nothing about the version. */
export class SandboxError extends CodedError {
  override readonly code: ErrorCode = 'ERR_SANDBOX_FAILED';
}

/** Opens a sandbox. Its process starts, but no workerd yet. */
export async function openSandbox(): Promise<Sandbox> {
  await requireRoom(tmpdir());
  const folder = await makeSandboxFolder();
  const host = startHost(folder);
  const answer = firstAnswer(host);
  // The start may fail before it is awaited.
  answer.catch(() => undefined);
  return {
    folder,
    prepare: (preparation) => send(host, { kind: 'prepare', ...preparation }),
    publish: async (versions) => {
      try {
        send(host, { kind: 'publish', versions: [...versions] });
        const isolates = await unlessDiskFull(folder, 0, () =>
          within(
            START_LIMIT_MS,
            answer,
            () => new SandboxError(`workerd did not start within ${START_LIMIT_MS / 1000} seconds`),
          ),
        );
        return isolates.map((url) => new URL(url));
      } catch (error) {
        if (error instanceof SandboxError) throw error;
        throw new SandboxError(errorMessage(error), { cause: error });
      }
    },
    close: () => closeHost(host, folder),
  };
}

function startHost(folder: string): ChildProcess {
  // That of this process, which has a folder for each version of Node.
  const compileCache = getCompileCacheDir();
  return spawn(
    process.execPath,
    [fileURLToPath(startableModule(new URL('sandbox_process.ts', import.meta.url)))],
    {
      cwd: PACKAGE_ROOT,
      // Ctrl+C must end only the command, after which the host cleans up: it has its own process group.
      detached: true,
      windowsHide: true,
      stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
      env: {
        ...process.env,
        TMPDIR: folder,
        TMP: folder,
        TEMP: folder,
        CLOUDFLARE_CF_FETCH_ENABLED: 'false',
        ...(compileCache === undefined ? {} : { NODE_COMPILE_CACHE: dirname(compileCache) }),
      },
    },
  );
}

/** If the process has ended, the answer reports it. */
function send(host: ChildProcess, request: SandboxRequest): void {
  host.send(request, () => {});
}

async function firstAnswer(host: ChildProcess): Promise<string[]> {
  const { promise, resolve, reject } = Promise.withResolvers<unknown>();
  host.once('message', resolve);
  host.once('exit', (code) => reject(new SandboxError(`the process of workerd ended with code ${code}`)));
  host.once('error', reject);
  const answer = v.parse(SandboxAnswerSchema, await promise);
  if (answer.kind === 'failed') throw new SandboxError(`workerd did not start: ${answer.reason}`);
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
