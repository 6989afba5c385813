import type { ObjectStore, WriteOptions, WriteResult } from '../registry/storage/object_store.ts';
import type { OperationBudget } from '../registry/storage/operation_budget.ts';
import type { TrafficStore } from '../traffic/report/read_report.ts';
import type { Caller } from './access/access_tokens.ts';
import type { PredictService } from './predict/predict_service.ts';

/** Stores a stream: a blob may be larger than an isolate's memory permits. */
export interface StreamedUploads {
  /** @throws if the bytes do not have the digest */
  putStream(key: string, value: ReadableStream<Uint8Array>, options: WriteOptions): Promise<WriteResult>;
}

/** An admitted request with what is needed to answer it. */
export interface ManagementRequest {
  readonly request: Request;
  readonly url: URL;
  readonly caller: Caller;
  readonly store: ObjectStore;
  readonly uploads: StreamedUploads;
  /** The storage operations that remain for this request. */
  readonly budget: OperationBudget;
  /** The largest accepted blob. */
  readonly maxUploadBytes: number;
  /** Undefined if this Worker is not bound to the predict Worker. */
  readonly predict: PredictService | undefined;
  /** The address of the predict Worker for its clients, if it is configured. */
  readonly predictUrl: string | undefined;
  /** Where the data points of requests are, if it is configured. */
  readonly traffic: TrafficStore | undefined;
}
