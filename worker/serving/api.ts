import type { ModelContent } from '../model/content.ts';
import type { Signature } from '../model/signature.ts';
import type { NamedTensors } from '../model/tensor.ts';
import type { VersionSelector } from '../registry/pointer/pointer.ts';
import type { Phases } from './request/phases.ts';

/** What a protocol asks of serving. It knows no HTTP; a protocol knows no model logic. */
export interface Serving {
  /**
   * Acquires the version that the target means, for one computation. What it computes may turn out not to count, since
   * the pointer is checked meanwhile, or since a canary fails: releasing the handle says so, and the computation is
   * done again with another. A computation must have no effects of its own.
   */
  acquire(target: ServingTarget, scope: RequestScope): Promise<ServableHandle | NotServed>;

  /** The signatures and the format of the version that the target means, without loading it. */
  describe(target: ServingTarget, request: RequestScope): Promise<DescribeOutcome>;

  /** The states of the versions that this isolate knows, the one asked for loaded on the way. */
  status(target: ServingTarget, request: RequestScope): Promise<StatusOutcome>;

  /** The models that have a version, by name; undefined when storage cannot be read. */
  models(): Promise<readonly string[] | undefined>;

  /** The versions of a model that can be asked for, oldest first; undefined when storage cannot be read. */
  versions(model: string): Promise<readonly string[] | undefined>;
}

export interface ServingTarget {
  readonly model: string;
  readonly selector: VersionSelector;
}

/** The lifetime of one request, as Workers' ExecutionContext gives it. */
export interface RequestScope {
  waitUntil(promise: Promise<unknown>): void;
  /** What keeps a client with one version while two share the requests, if it sent such a key. */
  routingKey?(): string | undefined;
  /** The generation that the client has seen, if it says so: no older one is to answer it. */
  readonly minimumGeneration?: number | undefined;
  /** The network that the request comes from, which its client cannot choose at will. */
  network?(): string;
  /** Where what was waited for is noted, if anybody wants to know. */
  readonly phases?: Phases;
}

/** A loaded version, as a computation sees it. */
export interface ServableView {
  readonly model: string;
  readonly version: string;
  readonly signatures: Readonly<Record<string, Signature>>;
  /**
   * Runs a signature of this version on inputs that fit it. Neither the inputs nor the outputs may be written to
   * afterwards: they may be compared later.
   *
   * @param heapGrowthBytes by how much the WebAssembly heap may grow for it; up to its limit where nothing is said
   */
  execute(
    signature: Signature,
    inputs: NamedTensors,
    heapGrowthBytes?: number,
  ): ExecutionResult | Promise<ExecutionResult>;
}

export type ExecutionResult =
  | { readonly kind: 'computed'; readonly outputs: NamedTensors }
  /** The model could not compute these inputs. */
  | { readonly kind: 'failed'; readonly reason: string };

/**
 * A loaded version that one computation uses. It is not freed before it is given back, by exactly one of `release` and
 * `fail`. As TensorFlow Serving's ServableHandle; there it is enough to drop the handle.
 */
export interface ServableHandle {
  readonly kind: 'acquired';
  readonly servable: ServableView;
  /** Gives it back after a computation. Its answer counts, or another version has to compute, or none can. */
  release(): Promise<Released>;
  /**
   * Gives it back after a computation that threw.
   *
   * @throws the same error, unless another version has to compute
   */
  fail(error: unknown): Promise<Released>;
}

export type Released = { readonly kind: 'counts'; readonly by: AnsweredBy } | ServableHandle | NotServed;

/** Which version answered, and what the client should know about the choice. */
export interface AnsweredBy {
  readonly version: string;
  readonly generation: number;
  /** The version that the pointer names could not be served, and why; this is another one. */
  readonly fallback?: { readonly wanted: string; readonly reason: string };
  /** The pointer could not be read; the last one known was used. */
  readonly stalePointer?: { readonly reason: string };
}

/** A version that the operator does not let clients ask for by its number. */
export interface NotByNumber {
  readonly kind: 'not by number';
  readonly version: string;
  readonly reason: string;
  /** Nobody has looked yet whether there is such a version. */
  readonly mayNotExist: boolean;
}

export type NotServed =
  | { readonly kind: 'unknown model' }
  | { readonly kind: 'unknown version'; readonly version: string }
  | { readonly kind: 'unknown label'; readonly label: string }
  | NotByNumber
  /** It exists and cannot be served now. */
  | { readonly kind: 'unavailable'; readonly reason: string; readonly version?: string };

export type DescribeOutcome =
  | {
      readonly kind: 'described';
      readonly format: ModelContent['format'];
      readonly signatures: Readonly<Record<string, Signature>>;
      readonly by: AnsweredBy;
    }
  | NotServed;

/** The states of TensorFlow Serving's status API. */
type ServableState = 'START' | 'LOADING' | 'AVAILABLE' | 'UNLOADING' | 'END';

export interface VersionStatus {
  readonly version: string;
  readonly state: ServableState;
  /** Why the state is END, where a load failed. */
  readonly error?: string;
}

export type StatusOutcome =
  | { readonly kind: 'status'; readonly versions: readonly VersionStatus[]; readonly by: AnsweredBy }
  | NotServed;
