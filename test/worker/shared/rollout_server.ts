import type { Signature } from '../../../worker/model/signature.ts';
import type { NamedTensors, TensorValue } from '../../../worker/model/tensor.ts';
import { updatePointer } from '../../../worker/registry/pointer/pointer_store.ts';
import type { PointerTransition } from '../../../worker/registry/pointer/pointer_transitions.ts';
import type { Manifest } from '../../../worker/registry/version/manifest.ts';
import { ExecutionError } from '../../../worker/runtime/loading/loaded_model.ts';
import type { ServableView } from '../../../worker/serving/api.ts';
import { ModelServer } from '../../../worker/serving/request/model_server.ts';
import { PointerSource, pointerReader } from '../../../worker/serving/request/pointer_source.ts';
import { Rollout } from '../../../worker/serving/rollout/rollout.ts';
import { Servable } from '../../../worker/serving/servables/servable.ts';
import { ServableManager } from '../../../worker/serving/servables/servable_manager.ts';
import { bucket, publish, wait } from './published_models.ts';

export const SIGNATURE: Signature = {
  method: 'tensorflow/serving/predict',
  inputs: { x: { name: 'x:0', dtype: 'float32', shape: [-1] } },
  outputs: { y: { name: 'y:0', dtype: 'float32', shape: [-1] } },
};

/** What a version answers to numbers; an Error is thrown as the version's own, anything else as a fault. */
export type Behaviour = (values: Float32Array) => number[] | Error | Promise<number[]>;

/** A server of versions that behave as told. Every version takes the same memory. */
export function createRolloutServer(
  behaviours: Readonly<Record<string, Behaviour>>,
  options: {
    readonly room?: number;
    readonly prepare?: (manifest: Manifest) => Promise<void> | void;
    readonly onLoadFailure?: 'previous' | 'error';
    readonly afterAnswer?: () => Promise<unknown>;
    readonly minRequests?: number;
    readonly minClients?: number;
  } = {},
) {
  const clock = { now: 0 };
  const now = () => clock.now;
  const happened: string[] = [];
  const loads: string[] = [];
  const executed: string[] = [];
  const source = new PointerSource(pointerReader(bucket), {
    maxAgeMs: 0,
    timeoutMs: 5_000,
    now,
    onPointer: () => {},
  });
  const load = async (manifest: Manifest): Promise<Servable> => {
    const { version } = manifest;
    loads.push(version);
    await options.prepare?.(manifest);
    return new Servable(manifest, {
      execute: (inputs) => {
        executed.push(version);
        const values = behaviours[version]?.(floats(inputs.get('x:0'))) ?? [];
        if (values instanceof Error) throw values;
        return values instanceof Promise ? values.then(output) : output(values);
      },
      dispose: () => happened.push(`unloaded ${version}`),
      planState: () => ({ kind: 'planned', shapes: 0 }),
    });
  };
  const manager = new ServableManager(bucket, {
    budgetBytes: (options.room ?? 1000) * SERVABLE_BYTES,
    serves: (model, version) => {
      const pointer = source.known(model);
      return pointer?.current === version || pointer?.canary?.version === version;
    },
    now,
    load,
    events: {
      loaded: () => {},
      loadFailed: (_model, version, reason) => happened.push(`load of ${version} failed: ${reason}`),
      unloaded: () => {},
    },
  });
  const draws = { next: 0 };
  const rollout = new Rollout(manager, {
    canary: {
      maxFailures: 0.1,
      minRequests: options.minRequests ?? 5,
      minClients: options.minClients ?? 1,
    },
    now,
    random: () => draws.next,
    afterAnswer: options.afterAnswer ?? (() => Promise.resolve()),
    events: {
      canary: (_model, version, outcome) => happened.push(`canary ${version} ${outcome}`),
      canaryAborted: (_model, abort) => happened.push(`canary ${abort.version} aborted: ${abort.reason}`),
      shadowed: (_model, version, outcome) => happened.push(`shadow ${version} ${JSON.stringify(outcome)}`),
      shadowStopped: (_model, version, reason) => happened.push(`shadow ${version} stopped: ${reason}`),
    },
  });
  const server = new ModelServer(bucket, source, manager, {
    onLoadFailure: options.onLoadFailure ?? 'previous',
    rollout,
    events: {
      speculation: () => {},
      fallback: (_model, wanted, version) => happened.push(`${version} for ${wanted}`),
      stalePointer: () => {},
    },
  });
  return { server, manager, clock, draws, happened, loads, executed };
}

/** The budget's estimate for what `publishVersions` publishes, rounded up. */
export const SERVABLE_BYTES = 66 * 1024;

/** Publishes versions with one signature; the first is current, the others lie beside it. */
export async function publishVersions(
  model: string,
  versions: readonly string[],
  signatures: Readonly<Record<string, Record<string, Signature>>> = {},
): Promise<void> {
  for (const [index, version] of versions.entries()) {
    await publish(model, version, {
      flip: index === 0,
      content: { signatures: signatures[version] ?? { serving_default: SIGNATURE } },
    });
  }
}

export async function change(model: string, transition: PointerTransition): Promise<void> {
  const update = await updatePointer(bucket, model, transition, { wait });
  if (update.kind !== 'changed') throw new Error(`the change was ${JSON.stringify(update)}`);
}

/** As a protocol computes: refuses without the signature, and passes on what the version could not compute. */
export function computeWith(...values: number[]) {
  return (servable: ServableView): string | Promise<string> => {
    const { serving_default: signature } = servable.signatures;
    if (signature === undefined) return `refused by ${servable.version}`;
    const x: TensorValue = { dtype: 'float32', shape: [values.length], values: Float32Array.from(values) };
    const result = servable.execute(signature, new Map([['x', x]]));
    const answer = (computed: Awaited<typeof result>) =>
      computed.kind === 'failed' ? computed.reason : `${floats(computed.outputs.get('y'))}`;
    return result instanceof Promise ? result.then(answer) : answer(result);
  };
}

export const plus =
  (added: number): Behaviour =>
  (values) =>
    Array.from(values, (value) => value + added);

export const failing: Behaviour = () => new ExecutionError('it cannot');

function floats(tensor: TensorValue | undefined): Float32Array {
  if (tensor?.dtype !== 'float32') throw new Error('the tensor is no float32');
  return tensor.values;
}

function output(values: readonly number[]): NamedTensors {
  return new Map([['y:0', { dtype: 'float32', shape: [values.length], values: Float32Array.from(values) }]]);
}
