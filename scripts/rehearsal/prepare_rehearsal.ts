import { errorMessage } from '../../worker/registry/storage/error_message.ts';
import { openSandbox, type Sandbox, SandboxError } from './sandbox/open_sandbox.ts';
import { buildWorker, WorkerBuildError } from './sandbox/worker_build.ts';
import { readWorkerConfiguration, type WorkerConfiguration } from './sandbox/worker_configuration.ts';

/** A workerd with the Worker as deployed, which starts while its version is still being read and converted. */
export interface PreparedRehearsal {
  readonly sandbox: Sandbox;
  /** The digest of the Worker's build. */
  readonly worker: string;
}

/**
 * Starts a workerd for a rehearsal. The caller closes its sandbox.
 *
 * @param isolates the number of versions that will be rehearsed
 * @throws SandboxError, WorkerBuildError, FullDiskError
 */
export async function prepareRehearsal(
  isolates: number,
  onProgress: (text: string) => void,
): Promise<PreparedRehearsal> {
  const configuration = await readWorkerConfiguration();
  const sandbox = await openSandbox();
  try {
    const build = await buildWorker(() => onProgress('Building the Worker for rehearsals'));
    sandbox.prepare({ build: build.directory, ...sandboxConfiguration(configuration), isolates });
    return { sandbox, worker: build.digest };
  } catch (error) {
    await sandbox.close();
    if (error instanceof WorkerBuildError) throw error;
    throw new SandboxError(errorMessage(error), { cause: error });
  }
}

/** A rehearsal that is prepared before it is known whether there will be one. */
export class EarlyRehearsal {
  readonly #onProgress: (text: string) => void;
  #early: { readonly isolates: number; readonly prepared: Promise<PreparedRehearsal> } | undefined;

  constructor(onProgress: (text: string) => void) {
    this.#onProgress = onProgress;
  }

  start(isolates: number): void {
    const prepared = prepareRehearsal(isolates, this.#onProgress);
    // Whoever takes it learns of a fault.
    prepared.catch(() => undefined);
    this.#early = { isolates, prepared };
  }

  /** Gives the prepared one away, once, or another if it has too few isolates. The caller closes its sandbox. */
  async take(isolates: number): Promise<PreparedRehearsal> {
    const early = this.#early;
    if (early === undefined || isolates > early.isolates) {
      return prepareRehearsal(isolates, this.#onProgress);
    }
    this.#early = undefined;
    return early.prepared;
  }

  /** Ends the prepared one if nobody took it. */
  async close(): Promise<void> {
    const unused = await this.#early?.prepared.catch(() => undefined);
    await unused?.sandbox.close();
  }
}

/**
 * The deployed configuration, except that every version is loaded regardless of the budget, that requests may be large, and
 * that the proofs of plans can be read.
 */
function sandboxConfiguration({ compatibilityDate, compatibilityFlags, variables }: WorkerConfiguration): {
  readonly compatibilityDate: string;
  readonly compatibilityFlags: string[];
  readonly variables: Record<string, string>;
} {
  return {
    compatibilityDate,
    compatibilityFlags: [...compatibilityFlags],
    variables: {
      ...(variables.HEAP_LIMIT_MB === undefined ? {} : { HEAP_LIMIT_MB: variables.HEAP_LIMIT_MB }),
      MEMORY_BUDGET_MB: '100000',
      MAX_REQUEST_MB: '64',
      PLAN_PROOFS: 'shown',
    },
  };
}
