import type { ConnectionOptions } from './simulated_bucket.ts';

/** The parts that are removed from the protocol. */
export interface Mutation {
  /** The offset of `Date.now()` of publishers. */
  readonly operatorAheadMs?: number;
  readonly acknowledgesAtOnce?: boolean;
  readonly ignoresConditions?: boolean;
  /** The time by which storage dates a write too early. */
  readonly storageBehindMs?: number;
  readonly repeatsUnderNewIds?: boolean;
  readonly clientsForget?: boolean;
  readonly publisherConnection?: ConnectionOptions;
  readonly isolateConnection?: ConnectionOptions;
  readonly isolateSleep?: (milliseconds: number) => Promise<void>;
}
