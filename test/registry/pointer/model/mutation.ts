import type { ConnectionOptions } from './simulated_bucket.ts';

/** What is taken out of the protocol. */
export interface Mutation {
  /** Of `Date.now()` where publishers are. */
  readonly operatorAheadMs?: number;
  readonly acknowledgesAtOnce?: boolean;
  readonly ignoresConditions?: boolean;
  /** The time that storage gives a write is so much earlier than the write. */
  readonly storageBehindMs?: number;
  readonly repeatsUnderNewIds?: boolean;
  readonly clientsForget?: boolean;
  readonly publisherConnection?: ConnectionOptions;
  readonly isolateConnection?: ConnectionOptions;
  readonly isolateSleep?: (milliseconds: number) => Promise<void>;
}
