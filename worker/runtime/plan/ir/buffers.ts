/** The number of a memory range that a plan writes while it runs. */
export type BufferId = number;

/** A position in a buffer, in bytes from its start. */
export interface Place {
  readonly buffer: BufferId;
  readonly offset: number;
}

/** The buffers that a step reads and writes. */
export interface Access {
  readonly reads: readonly BufferId[];
  readonly writes: readonly BufferId[];
}
