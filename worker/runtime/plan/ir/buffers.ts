/** A stretch of memory that a plan writes while it runs, by its number. */
export type BufferId = number;

/** A place in a buffer: bytes from its start. */
export interface Place {
  readonly buffer: BufferId;
  readonly offset: number;
}

/** What a step reads and writes. */
export interface Access {
  readonly reads: readonly BufferId[];
  readonly writes: readonly BufferId[];
}
