import type {
  ObjectStore,
  ReadResult,
  WriteCondition,
  WriteResult,
} from '../../../../worker/registry/storage/object_store.ts';
import { pass, trueTime } from './virtual_time.ts';

/** The course of a storage operation. Times are in milliseconds. */
export interface OperationPlan {
  /** From the call until it reaches storage. */
  readonly there: number;
  /** For a write: from its time by storage until others see it. */
  readonly commits: number;
  /** From storage until the answer reaches the caller. */
  readonly back: number;
  /**
   * `lost`: the operation never reaches storage. `unanswered`: it happens, and the caller gets an error. `late`: the
   * caller gets the error before it happens. `repeated`: a layer in between does it twice and answers with the second
   * outcome.
   */
  readonly fate: 'answered' | 'lost' | 'unanswered' | 'late' | 'repeated';
}

/** A write that took place. */
export interface Commit {
  readonly text: string;
  readonly etag: string;
  /** Its time by storage. True time, like the next one. */
  readonly uploaded: number;
  /** The time from which reads return it. */
  readonly visible: number;
}

interface BucketOptions {
  readonly onCommit: (commit: Commit) => void;
  /** Disables compare-and-set. */
  readonly ignoresConditions: boolean;
  /** The milliseconds by which it dates a write too early. */
  readonly behindMs: number;
}

/** One object with conditional writes: the pointer's document of one model. Strongly consistent. */
export class SimulatedBucket {
  readonly commits: Commit[] = [];
  readonly #options: BucketOptions;

  constructor(options: BucketOptions) {
    this.#options = options;
  }

  get newest(): Commit | undefined {
    return this.commits.at(-1);
  }

  async write(text: string, condition: WriteCondition, commits: number): Promise<WriteResult> {
    const uploaded = trueTime() - this.#options.behindMs;
    if (commits > 0) await pass(commits);
    const etag = this.newest?.etag;
    const holds =
      condition.kind === 'always' ||
      (condition.kind === 'absent' ? etag === undefined : etag === condition.etag);
    if (!holds && !this.#options.ignoresConditions) return { kind: 'conflict' };
    const commit = { text, etag: `${this.commits.length + 1}`, uploaded, visible: trueTime() };
    this.commits.push(commit);
    this.#options.onCommit(commit);
    return { kind: 'written', etag: commit.etag, uploaded: new Date(uploaded) };
  }
}

/** The differences from an ordinary client of storage. */
export interface ConnectionOptions {
  /** A process that has died begins no operation and gets no answer. */
  readonly isAlive?: () => boolean;
  /** Changes a document that it has read in `tookMs` milliseconds. */
  readonly readText?: (text: string, tookMs: number) => string;
  /** Changes a document before it is written. */
  readonly writeText?: (text: string) => string;
}

/** A client of the bucket whose operations follow the plans cyclically. */
export function connect(
  bucket: SimulatedBucket,
  plans: readonly OperationPlan[],
  options: ConnectionOptions = {},
): ObjectStore {
  const { isAlive = () => true, readText = (text) => text, writeText = (text) => text } = options;
  let operations = 0;
  const next = (): OperationPlan => {
    const plan = plans[operations++ % plans.length];
    return plan ?? { there: 1, commits: 0, back: 1, fate: 'answered' };
  };
  const living = async (): Promise<void> => {
    if (!isAlive()) await new Promise(() => {});
  };
  const notSimulated = (): never => {
    throw new Error('the simulated bucket has pointers only');
  };
  return {
    get: async (_key, { unlessEtag } = {}): Promise<ReadResult> => {
      await living();
      const { there, back, fate } = next();
      await pass(there);
      const commit = bucket.newest;
      await pass(back);
      await living();
      if (fate === 'lost' || fate === 'unanswered') throw new Error('the read failed');
      return read(commit, unlessEtag, (text) => readText(text, there + back));
    },
    put: async (_key, value, { condition }): Promise<WriteResult> => {
      await living();
      const { there, commits, back, fate } = next();
      const text = writeText(new TextDecoder().decode(value));
      const write = () => bucket.write(text, condition, commits);
      if (fate === 'late') {
        void pass(there + back).then(write);
        await pass(there);
        await living();
        throw new Error('the write timed out');
      }
      await pass(there);
      const first = fate === 'lost' ? undefined : await write();
      const result = fate === 'repeated' ? await write() : first;
      await pass(back);
      await living();
      if (result === undefined || fate === 'unanswered') throw new Error('the write failed');
      return result;
    },
    head: notSimulated,
    delete: notSimulated,
    list: notSimulated,
    listFolders: notSimulated,
  };
}

function read(
  commit: Commit | undefined,
  unlessEtag: string | undefined,
  readText: (text: string) => string,
): ReadResult {
  if (commit === undefined) return { kind: 'missing' };
  if (commit.etag === unlessEtag) return { kind: 'unchanged' };
  const text = readText(commit.text);
  return {
    kind: 'found',
    object: {
      etag: commit.etag,
      size: text.length,
      uploaded: new Date(commit.uploaded),
      stream: new ReadableStream(),
      text: async () => text,
    },
  };
}
