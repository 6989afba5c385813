import type { WorkerModule } from '../../fixtures/edge/built_worker.ts';
import type { Network } from '../networks/network.ts';
import { CONVERTED_FOLDER } from '../runs/network_description.ts';
import { inferPath, predictPath } from '../runs/paths.ts';
import { bundleWorker } from './bundle_worker.ts';
import type { Engine, OpenNetwork } from './engine.ts';
import { publishNetwork } from './publication.ts';
import type { Stage, WorkerSpecification } from './stage.ts';

export const OURS = 'edge-serving';
export const OURS_FRESH = 'edge-serving-lease-0';
/** The product, of the ONNX file of a network. */
export const OURS_ONNX = 'edge-serving-onnx';
/** The product's runtime alone, in a Worker of the benchmark. */
export const OUR_RUNTIME = 'our-runtime';
/** The same for the network beside another one. */
const RUNTIME_BESIDE = 'our-runtime-beside';
/** The product's entry, called in a loop by a Worker of the benchmark. */
export const SERVING_LAYER = 'serving-layer';
/** A Worker that asks the product by service bindings. */
export const CALLER = 'caller';
const FIRST_VERSION = '1.0.0';

/** The product's configuration, as in wrangler.toml except for the lease and the memory. */
export const ourVariables = (leaseMs: number): Readonly<Record<string, string>> => ({
  POINTER_LEASE_MS: String(leaseMs),
  // Without a rehearsal, a version counts as twice its weights in float32, which are 43 MB for the largest network.
  MEMORY_BUDGET_MB: '96',
  MAX_REQUEST_MB: '16',
  // The comparison reads R2 too.
  BLOB_CACHE: 'off',
});

/**
 * The built Worker with the default lease, which reads the pointer twice a second; and the runtime alone, for the cost
 * of compute.
 */
export async function startOurs(built: readonly WorkerModule[]): Promise<Engine> {
  return {
    name: OURS,
    description: 'this product: the built Worker in workerd, as it is by default (a lease of 1000 ms)',
    isFloor: false,
    workers: [
      { name: OURS, modules: built, variables: ourVariables(1000) },
      { name: OUR_RUNTIME, modules: await bundleWorker('our_runtime') },
      { name: SERVING_LAYER, modules: await bundleWorker('serving_layer'), variables: ourVariables(1000) },
      {
        name: CALLER,
        modules: await bundleWorker('caller'),
        services: { SERVICE: OURS, CALLS: { name: OURS, entrypoint: 'Models' } },
      },
    ],
    open: async (network, stage) => {
      await publishNetwork(stage.store, network, FIRST_VERSION);
      return {
        predict: new URL(predictPath(network.name), stage.url(OURS)),
        infer: new URL(inferPath(network.name), stage.url(OURS)),
        compute: new URL('/compute', stage.url(OUR_RUNTIME)),
        processId: stage.processId,
      };
    },
    stop: async () => undefined,
  };
}

/** The runtime with what a publish makes of a network's ONNX file. */
export async function startOursOnnx(): Promise<Engine> {
  return {
    name: OURS_ONNX,
    description: "this product's runtime, with what a publish makes of the ONNX file",
    isFloor: false,
    workers: [
      {
        name: OURS_ONNX,
        modules: await bundleWorker('our_runtime'),
        variables: { FOLDER: CONVERTED_FOLDER },
      },
    ],
    open: async ({ onnx }, stage) =>
      onnx && { compute: new URL('/compute', stage.url(OURS_ONNX)), processId: stage.processId },
    stop: async () => undefined,
  };
}

/** The runtime with the network beside another one. */
export async function runtimeBeside({ name }: Pick<Network, 'name'>): Promise<WorkerSpecification> {
  const modules = await bundleWorker('our_runtime');
  return { name: RUNTIME_BESIDE, modules, variables: { NETWORK: name } };
}

export function openRuntimeBeside(stage: Stage): OpenNetwork {
  return { compute: new URL('/compute', stage.url(RUNTIME_BESIDE)), processId: stage.processId };
}

/** The built Worker in its strictest mode, which reads the pointer for every request. Opened after the other. */
export function startOursFresh(built: readonly WorkerModule[]): Engine {
  return {
    name: OURS_FRESH,
    description: 'this product, POINTER_LEASE_MS=0',
    isFloor: false,
    workers: [{ name: OURS_FRESH, modules: built, variables: ourVariables(0) }],
    open: async (network, stage) => ({
      predict: new URL(predictPath(network.name), stage.url(OURS_FRESH)),
      infer: new URL(inferPath(network.name), stage.url(OURS_FRESH)),
      processId: stage.processId,
    }),
    stop: async () => undefined,
  };
}
