import type { NamedTensors } from '../../model/tensor.ts';
import { MEBIBYTE } from '../../serving/configuration.ts';

/** So little is never refused for what others hold: a small request waits for no large one. Bytes. */
const NEVER_BUSY = 256 * 1024;

export type MemoryRefusal =
  /** It would not fit alone. */
  | { readonly kind: 'too large'; readonly message: string }
  /** It would fit if others held less. */
  | { readonly kind: 'busy'; readonly message: string };

/** The memory that the shares are of. */
export interface IsolateMemory {
  readonly bytesPerRequest: number;
  /** A share asks for more. False where others hold too much. */
  take(share: MemoryShare, bytes: number): boolean;
  /** A share takes a little, or gives something back. */
  add(bytes: number): void;
  /** A share holds nothing any more. */
  forget(share: MemoryShare): void;
  /** A share received or sent something. */
  progress(share: MemoryShare): void;
}

/** What one request holds of its isolate's memory. */
export class MemoryShare {
  /** When something was last received or sent, in milliseconds; kept by the isolate's memory. */
  lastProgress = 0;
  readonly #memory: IsolateMemory;
  #body = 0;
  #computation = 0;
  #state: 'held' | 'sending' | 'released' | 'lost' = 'held';

  constructor(memory: IsolateMemory) {
    this.#memory = memory;
  }

  /** How much more the request may hold, in bytes. */
  get left(): number {
    return Math.max(0, this.#memory.bytesPerRequest - this.#body - this.#computation);
  }

  /** Bytes of the body that were received. */
  takeBody(bytes: number): MemoryRefusal | undefined {
    const refusal = this.#take(bytes, 'The request body');
    if (refusal === undefined) this.#body += bytes;
    return refusal;
  }

  /** A computation begins: what an earlier one of the same request took is no longer needed. */
  beginComputation(): void {
    if (this.#computation === 0) return;
    this.#memory.add(-this.#computation);
    this.#computation = 0;
  }

  /** `what` the tensors are stands in the refusal. */
  takeTensors(tensors: NamedTensors, what: string): MemoryRefusal | undefined {
    const bytes = tensorBytes(tensors);
    const refusal = this.#take(bytes, what);
    if (refusal === undefined) this.#computation += bytes;
    return refusal;
  }

  /** The answer is sent a piece at a time: the share ends with it and not with the request's handler. */
  keepForSending(): void {
    if (this.#state === 'held') this.#state = 'sending';
  }

  /** Whether the answer may be sent on; false once the memory was needed by others. */
  isKept(): boolean {
    this.#memory.progress(this);
    return this.#state === 'sending';
  }

  /** The request's handler is done. */
  endHandling(): void {
    if (this.#state === 'held') this.release();
  }

  /** Nothing of the request is in memory any more. */
  release(): void {
    this.#end('released');
  }

  /** Others need the memory of a request that does not go on. */
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

/** Bytes that tensors take in memory. A string is an object of the engine besides its bytes. */
function tensorBytes(tensors: NamedTensors): number {
  let bytes = 0;
  for (const { dtype, values } of tensors.values()) {
    bytes += dtype === 'string' ? values.length * BYTES_PER_STRING : values.byteLength;
  }
  return bytes;
}

const BYTES_PER_STRING = 128;
