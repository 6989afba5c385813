import type { NamedTensors } from '../../model/tensor.ts';
import { MEBIBYTE } from '../../serving/configuration.ts';

/** A request below this size is never refused because of other requests. Bytes. */
const NEVER_BUSY = 256 * 1024;

export type MemoryRefusal =
  /** The request does not fit even alone. */
  | { readonly kind: 'too large'; readonly message: string }
  /** The request would fit if others held less. */
  | { readonly kind: 'busy'; readonly message: string };

/** The memory of an isolate, of which every request takes a share. */
export interface IsolateMemory {
  readonly bytesPerRequest: number;
  /** Takes bytes for a share. Returns false if other requests hold too much. */
  take(share: MemoryShare, bytes: number): boolean;
  /** Adds bytes without a check; a negative number returns them. */
  add(bytes: number): void;
  /** Called when a share no longer holds memory. */
  forget(share: MemoryShare): void;
  /** Called when a share's request received or sent data. */
  progress(share: MemoryShare): void;
}

/** The part of its isolate's memory that one request holds. */
export class MemoryShare {
  /** The time of the last received or sent data, in milliseconds. RequestMemory maintains it. */
  lastProgress = 0;
  readonly #memory: IsolateMemory;
  #body = 0;
  #computation = 0;
  #state: 'held' | 'sending' | 'released' | 'lost' = 'held';

  constructor(memory: IsolateMemory) {
    this.#memory = memory;
  }

  /** The bytes that the request may still take. */
  get left(): number {
    return Math.max(0, this.#memory.bytesPerRequest - this.#body - this.#computation);
  }

  /** Counts received bytes of the body. */
  takeBody(bytes: number): MemoryRefusal | undefined {
    const refusal = this.#take(bytes, 'The request body');
    if (refusal === undefined) this.#body += bytes;
    return refusal;
  }

  /** Starts a computation: the memory of an earlier computation of the same request is returned. */
  beginComputation(): void {
    if (this.#computation === 0) return;
    this.#memory.add(-this.#computation);
    this.#computation = 0;
  }

  /** Counts tensors. `what` names them in the refusal. */
  takeTensors(tensors: NamedTensors, what: string): MemoryRefusal | undefined {
    const bytes = tensorBytes(tensors);
    const refusal = this.#take(bytes, what);
    if (refusal === undefined) this.#computation += bytes;
    return refusal;
  }

  /** Keeps the share until the answer is sent in full, since the answer is made while it is sent. */
  keepForSending(): void {
    if (this.#state === 'held') this.#state = 'sending';
  }

  /** True if the answer may be sent on; false once other requests took the memory. */
  isKept(): boolean {
    this.#memory.progress(this);
    return this.#state === 'sending';
  }

  /** Called when the request's handler ends. */
  endHandling(): void {
    if (this.#state === 'held') this.release();
  }

  /** Called when all of the request's data is out of memory. */
  release(): void {
    this.#end('released');
  }

  /** Called when other requests take the memory of a stalled request. */
  lose(): void {
    this.#end('lost');
  }

  #end(state: 'released' | 'lost'): void {
    if (this.#state === 'released' || this.#state === 'lost') return;
    this.#state = state;
    this.#memory.add(-this.#body - this.#computation);
    this.#memory.forget(this);
  }

  #take(bytes: number, what: string): MemoryRefusal | undefined {
    if (this.#state === 'lost') return { kind: 'busy', message: TOO_SLOW };
    const held = this.#body + this.#computation;
    const most = this.#memory.bytesPerRequest;
    if (held + bytes > most) return { kind: 'too large', message: tooLarge(what, bytes, held, most) };
    if (held + bytes <= NEVER_BUSY) this.#memory.add(bytes);
    else if (!this.#memory.take(this, bytes)) return { kind: 'busy', message: BUSY };
    return undefined;
  }
}

const BUSY = 'Other requests hold the memory that this one needs; ask again in a moment';
const TOO_SLOW = 'The request came so slowly that others needed its memory; ask again';

function tooLarge(what: string, bytes: number, held: number, most: number): string {
  const needed = `${what}: ${megabytes(bytes)} MB beside the ${megabytes(held)} MB that the request holds`;
  return `${needed} are more memory than REQUEST_MEMORY_MB allows it, ${megabytes(most)} MB`;
}

function megabytes(bytes: number): string {
  return (bytes / MEBIBYTE).toFixed(1);
}

/** Returns the bytes that tensors take in memory. A string is an engine object in addition to its bytes. */
function tensorBytes(tensors: NamedTensors): number {
  let bytes = 0;
  for (const { dtype, values } of tensors.values()) {
    bytes += dtype === 'string' ? values.length * BYTES_PER_STRING : values.byteLength;
  }
  return bytes;
}

const BYTES_PER_STRING = 128;
