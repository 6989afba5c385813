import type { LeftOut, ModelContent } from '../model/content.ts';
import type { ImageInput } from '../model/image_input.ts';
import type { Signature } from '../model/signature.ts';
import type { NamedTensors } from '../model/tensor.ts';
import type { VersionSelector } from '../registry/pointer/pointer.ts';
import type { ValueOrPromise } from '../runtime/value_or_promise.ts';
import type { Phases } from './request/phases.ts';

/** The interface between protocols and serving. Serving knows no HTTP, and a protocol knows no model logic. */
export interface Serving {
  /**
   * Acquires the version that the target selects, for one computation. Another version may have to repeat the
   * computation, because the pointer changed meanwhile or a canary failed: releasing the handle reports that. A
   * computation must have no side effects.
   */
  acquire(target: ServingTarget, scope: RequestScope): Promise<Acquired>;

  /** Returns the signatures and the format of the version that the target selects, without loading it. */
  describe(target: ServingTarget, request: RequestScope): Promise<DescribeOutcome>;

  /** Returns the states of the versions in this isolate, after loading the requested one. */
  status(target: ServingTarget, request: RequestScope): Promise<StatusOutcome>;

  /** Lists the models that have a version, by name. Resolves to undefined if storage cannot be read. */
  models(): Promise<readonly string[] | undefined>;

  /**
   * Lists the versions of a model that can be requested, oldest first. Resolves to undefined if storage cannot be read.
   */
  versions(model: string): Promise<readonly string[] | undefined>;

  /**
   * Returns names that exist in place of one that does not. They come from what this isolate knows and may be half a
   * minute old, so that such requests do not each cost a read of storage.
   */
  alternatives(model: string, outcome: NotServed): Promise<Alternatives>;
}

/** Names that a client could have meant. */
export interface Alternatives {
  readonly what: 'model' | 'version' | 'label';
  readonly names: readonly string[];
}

export interface ServingTarget {
  readonly model: string;
  readonly selector: VersionSelector;
}

/** The lifetime of one request, as in Workers' ExecutionContext. */
export interface RequestScope {
  waitUntil(promise: Promise<unknown>): void;
  /** Returns the key that assigns a client to one version during a canary, if the request has one. */
  routingKey?(): string | undefined;
  /** The generation that the client has seen, if it sends one. No older one may answer. NaN if it sent no number. */
  readonly minimumGeneration?: number | undefined;
  /** Returns the network that the request comes from, which its client cannot choose freely. */
  network?(): string;
  /** The name of the API key that the request showed; undefined without a key, and for a key without a name. */
  readonly keyName?: string | undefined;
  /** Returns why the request may not use a model, as a sentence for the client, or undefined if it may. */
  modelRefusal?(model: string): string | undefined;
  /** Receives the times that the request waited, if they are measured. */
  readonly phases?: Phases;
}

/** A loaded version as a computation uses it. */
export interface ServableView {
  readonly model: string;
  readonly version: string;
  readonly signatures: Readonly<Record<string, Signature>>;
  /** Signatures that the model had before it was published, and why they are not served. */
  readonly leftOut?: LeftOut | undefined;
  /** How a request that is an image becomes an input. */
  readonly image?: ImageInput | undefined;
  /**
   * Runs a signature of this version on inputs that fit it. Neither the inputs nor the outputs may be modified
   * afterwards, since they may be compared later.
   *
   * @param heapGrowthBytes the limit of the growth of the WebAssembly heap; the heap's own limit by default
   */
  execute(
    signature: Signature,
    inputs: NamedTensors,
    heapGrowthBytes?: number,
  ): ValueOrPromise<ExecutionResult>;
}

export type ExecutionResult =
  | { readonly kind: 'computed'; readonly outputs: NamedTensors }
  /** The model could not compute these inputs. */
  | {
      readonly kind: 'failed';
      readonly reason: string;
      /** True if other inputs would fail too: memory ran out, or the runtime broke and took the servable with it. */
      readonly isFatal?: boolean;
    };

/**
 * A loaded version in use by one computation. It is not freed before exactly one call of `release` or `fail`. It
 * corresponds to TensorFlow Serving's ServableHandle, which is released by its destructor.
 */
export interface ServableHandle {
  readonly kind: 'acquired';
  readonly servable: ServableView;
  /**
   * Releases the version after a computation. Reports whether the answer counts, another version must compute, or no
   * version can.
   */
  release(): Promise<Released>;
  /**
   * Releases the version after a computation that threw. Reports whether another version must compute, or no version
   * can.
   *
   * @throws the same error, if no other version answers in its place
   */
  fail(error: unknown): Promise<Acquired>;
}

/** A version to compute with, or the reason why there is none. */
export type Acquired = ServableHandle | NotServed;

export type Released = { readonly kind: 'counts'; readonly by: AnsweredBy } | Acquired;

/** The version that answered, with notes for the client about the choice. */
export interface AnsweredBy {
  readonly version: string;
  readonly generation: number;
  /** True if it answered as a canary. */
  readonly isCanary?: true;
  /** The version that the pointer names could not be served, for this reason. A fallback version answered. */
  readonly fallback?: { readonly wanted: string; readonly reason: string };
  /** The pointer could not be read, for this reason. The last known pointer was used. */
  readonly stalePointer?: { readonly reason: string };
}

/** A version that the operator does not permit clients to request by number. */
export interface NotByNumber {
  readonly kind: 'not by number';
  readonly version: string;
  readonly reason: string;
  /** True if it is not known whether the version exists. */
  readonly mayNotExist: boolean;
}

export type NotServed =
  | { readonly kind: 'unknown model' }
  | { readonly kind: 'unknown version'; readonly version: string }
  | { readonly kind: 'unknown label'; readonly label: string }
  | NotByNumber
  /** The version exists but cannot be served now. */
  | { readonly kind: 'unavailable'; readonly reason: string; readonly version?: string };

export type DescribeOutcome =
  | {
      readonly kind: 'described';
      readonly format: ModelContent['format'];
      readonly signatures: Readonly<Record<string, Signature>>;
      readonly leftOut?: LeftOut | undefined;
      readonly image?: ImageInput | undefined;
      readonly by: AnsweredBy;
    }
  | NotServed;

/** The states of TensorFlow Serving's status API. */
type ServableState = 'START' | 'LOADING' | 'AVAILABLE' | 'UNLOADING' | 'END';

export interface VersionStatus {
  readonly version: string;
  readonly state: ServableState;
  /** The reason for the state END after a failed load. */
  readonly error?: string;
}

export type StatusOutcome =
  | { readonly kind: 'status'; readonly versions: readonly VersionStatus[]; readonly by: AnsweredBy }
  | NotServed;
