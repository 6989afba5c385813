import type { Trial } from '../../registry/pointer/pointer.ts';
import { errorMessage } from '../../registry/storage/error_message.ts';
import type { RequestScope, ServableView } from '../api.ts';
import type { ServableManager } from '../servables/servable_manager.ts';
import { compareOutputs, type OutputDifference } from './compare_outputs.ts';
import type { Execution } from './observed_servable.ts';

/** The outcome of one request for the shadow. */
export type ShadowOutcome =
  | ({ readonly kind: 'compared' } & OutputDifference)
  /** The shadow refused the request or answered in another form. */
  | { readonly kind: 'incomparable'; readonly reason: string }
  | { readonly kind: 'failed'; readonly reason: string }
  /** The shadow did not compute it: another request was running, or the shadow was not in memory. */
  | { readonly kind: 'dropped'; readonly reason: string };

export interface ShadowEvents {
  shadowed(model: string, version: string, outcome: ShadowOutcome, scope: RequestScope): void;
  /** The shadow broke the runtime and is not run again. */
  shadowStopped(model: string, version: string, reason: string): void;
}

export interface ShadowRunnerOptions {
  readonly now: () => number;
  /** Resolves when the answer of the current request is being sent. */
  readonly afterAnswer: () => Promise<unknown>;
  readonly events: ShadowEvents;
}

/** A run whose request the platform dropped never ends. Another may start after this. Milliseconds. */
const GIVEN_UP_MS = 30_000;
/** Inputs and outputs of a request are kept until the comparison, unless they are larger than this. Bytes. */
const LARGEST_HELD = 16 * 1024 * 1024;

/**
 * Computes requests a second time with a shadow, after their answers were sent. An isolate has one thread, so that a
 * shadow delays the following requests. One request is computed at a time, and further ones are dropped.
 */
export class ShadowRunner {
  readonly #manager: ServableManager;
  readonly #options: ShadowRunnerOptions;
  /** The start of the current run. */
  #busySince: number | undefined;
  readonly #stopped = new Map<string, number>();

  constructor(manager: ServableManager, options: ShadowRunnerOptions) {
    this.#manager = manager;
    this.#options = options;
  }

  /** True if a shadow broke the runtime of this isolate. A change of its share permits another attempt. */
  isStopped(model: string, { generation }: Trial): boolean {
    return this.#stopped.get(model) === generation;
  }

  /** Repeats a computation of the live version and compares the outputs. Never rejects, never waits for memory. */
  run(model: string, shadow: Trial, live: Execution, scope: RequestScope): void {
    const { now, events } = this.#options;
    const { version } = shadow;
    const obstacle = this.#obstacle(model, version, live);
    if (obstacle !== undefined) {
      events.shadowed(model, version, { kind: 'dropped', reason: obstacle }, scope);
      return;
    }
    const began = now();
    this.#busySince = began;
    const run = this.#compute(model, shadow, live)
      .catch((error: unknown): ShadowOutcome => ({ kind: 'failed', reason: errorMessage(error) }))
      .then((outcome) => {
        if (this.#busySince === began) this.#busySince = undefined;
        events.shadowed(model, version, outcome, scope);
      });
    scope.waitUntil(run);
  }

  #obstacle(model: string, version: string, live: Execution): string | undefined {
    if (this.#busySince !== undefined && this.#options.now() - this.#busySince < GIVEN_UP_MS) return 'busy';
    if (!this.#manager.isReady(model, version)) return 'not loaded';
    return heldBytes(live) > LARGEST_HELD ? 'too large' : undefined;
  }

  async #compute(model: string, shadow: Trial, live: Execution): Promise<ShadowOutcome> {
    await this.#options.afterAnswer();
    const servable = this.#manager.ready(model, shadow.version);
    if (servable === undefined) return { kind: 'dropped', reason: 'not loaded' };
    servable.acquire();
    let outcome: ShadowOutcome;
    try {
      outcome = await shadowed(servable, live);
    } finally {
      servable.release();
    }
    // A shadow in use cannot be evicted: if it is gone, it broke the heap.
    if (outcome.kind === 'failed' && !this.#manager.isReady(model, shadow.version)) {
      this.#stopped.set(model, shadow.generation);
      this.#options.events.shadowStopped(model, shadow.version, outcome.reason);
    }
    return outcome;
  }
}

async function shadowed(view: ServableView, live: Execution): Promise<ShadowOutcome> {
  if (live.result.kind !== 'computed') return { kind: 'dropped', reason: 'the live version failed' };
  const signature = Object.hasOwn(view.signatures, live.signature)
    ? view.signatures[live.signature]
    : undefined;
  if (signature === undefined) return incomparable(`the signature ${live.signature} does not exist`);
  for (const [name, { dtype }] of Object.entries(signature.inputs)) {
    const given = live.inputs.get(name)?.dtype;
    if (given === undefined) return incomparable(`input ${name} was not given`);
    if (given !== dtype) return incomparable(`input ${name} is ${dtype} instead of ${given}`);
  }
  const result = await view.execute(signature, live.inputs);
  return result.kind === 'failed' ? result : compareOutputs(live.result.outputs, result.outputs);
}

function incomparable(reason: string): ShadowOutcome {
  return { kind: 'incomparable', reason };
}

function heldBytes({ inputs, result }: Execution): number {
  let bytes = 0;
  for (const tensors of result.kind === 'computed' ? [inputs, result.outputs] : [inputs]) {
    for (const tensor of tensors.values()) {
      if (tensor.dtype === 'string') for (const text of tensor.values) bytes += text.length;
      else bytes += tensor.values.byteLength;
    }
  }
  return bytes;
}
