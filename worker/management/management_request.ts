import type { ObjectStore, WriteOptions, WriteResult } from '../registry/storage/object_store.ts';
import type { OperationBudget } from '../registry/storage/operation_budget.ts';
import type { Caller } from './access/access_tokens.ts';

/** Takes bytes that are still on their way: a blob is larger than what an isolate should hold. */
export interface StreamedUploads {
  /** @throws when the bytes do not have the digest */
  putStream(key: string, value: ReadableStream<Uint8Array>, options: WriteOptions): Promise<WriteResult>;
}

/** A request that was let in, and what it is answered with. */
export interface ManagementRequest {
  readonly request: Request;
  readonly url: URL;
  readonly caller: Caller;
  readonly store: ObjectStore;
  readonly uploads: StreamedUploads;
  /** How often storage may still be asked for this request. */
  readonly budget: OperationBudget;
  /** The largest blob that is taken. */
  readonly maxUploadBytes: number;
}
