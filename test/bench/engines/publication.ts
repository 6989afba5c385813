import { createHash, randomUUID } from 'node:crypto';
import { setTimeout } from 'node:timers/promises';
import type { StatedPlans } from '../../../scripts/rehearsal/sandbox/stated_plans.ts';
import type { ModelContent } from '../../../worker/model/content.ts';
import type { TensorInfo } from '../../../worker/model/signature.ts';
import { DEFAULT_LEASE } from '../../../worker/registry/pointer/moment.ts';
import { updatePointer } from '../../../worker/registry/pointer/pointer_store.ts';
import { publishTransition } from '../../../worker/registry/pointer/pointer_transitions.ts';
import { publishVersion } from '../../../worker/registry/publish/publication.ts';
import type { ObjectStore } from '../../../worker/registry/storage/object_store.ts';
import type { Manifest } from '../../../worker/registry/version/manifest.ts';
import type { Network } from '../networks/network.ts';
import { TOPOLOGY_FILE } from '../runs/network_description.ts';

interface PublicationOptions {
  /** Whether the version becomes current. */
  readonly flip: boolean;
  /**
   * Whether it answers zeros before it serves, as after `npm run publish`. Without, the cost of a load can be told from that
   * of the first answer.
   */
  readonly warmup: boolean;
  /** The heap of an isolate without and with the network, as a rehearsal measures it. Bytes. */
  readonly heap?: { readonly empty: number; readonly used: number } | undefined;
  /** The plans of that isolate. */
  readonly plans?: StatedPlans | undefined;
}

/**
 * Publishes a network as a version of the model of its name, and makes it current unless told otherwise. Returns the
 * milliseconds until the version has taken effect everywhere.
 */
export async function publishNetwork(
  store: ObjectStore,
  network: Network,
  version: string,
  options: PublicationOptions = { flip: true, warmup: false },
): Promise<number> {
  const at = new Date().toISOString();
  const manifest: Manifest = {
    schema: 1,
    model: network.name,
    version,
    content: modelContent(network, options.warmup),
    provenance: { publishedAt: at, publishedBy: 'bench', sourceFormat: network.format, tool: 'bench' },
    ...(options.heap && { rehearsal: rehearsalOf(options.heap, at, options.plans) }),
  };
  const wait = (milliseconds: number): Promise<void> => setTimeout(milliseconds);
  const transition = publishTransition(version, { id: randomUUID(), at, by: 'bench' });
  const agreement = { lease: DEFAULT_LEASE };
  const flip = options.flip
    ? () => updatePointer(store, network.name, transition, { wait, agreement })
    : undefined;
  const result = await publishVersion(store, manifest, flip, {
    id: randomUUID(),
    read: async ({ path, sha256 }) => {
      const bytes = options.plans?.files.get(sha256) ?? network.files.get(path);
      if (bytes === undefined) throw new Error(`${network.name} has no file ${path}`);
      return bytes;
    },
    wait,
  });
  if (result.kind !== 'published' || (options.flip && result.flip?.kind !== 'changed')) {
    throw new Error(`${network.name} ${version} could not be published`);
  }
  return result.flip?.kind === 'changed' ? result.flip.effect.settlesInMs : 0;
}

/** The record of a rehearsal that measured only memory and plans. */
function rehearsalOf(
  { empty, used }: { empty: number; used: number },
  at: string,
  plans: StatedPlans | undefined,
): Manifest['rehearsal'] {
  return {
    kind: 'rehearsed',
    at,
    worker: 'bench',
    figures: { loadMs: 0, firstMs: null, medianMs: null, heapBytes: used, emptyHeapBytes: empty },
    golden: { examples: 0, largestDifference: null },
    proofs: plans?.proofs,
  };
}

function modelContent(
  { format, files, weightBytes, input, outputs }: Network,
  warmsUp: boolean,
): ModelContent {
  const tensor = ({ name, shape }: Network['outputs'][number]): [string, TensorInfo] => [
    name,
    { name, dtype: 'float32', shape: [-1, ...shape.slice(1)] },
  ];
  return {
    format,
    topology: TOPOLOGY_FILE,
    signatures: {
      serving_default: {
        method: 'tensorflow/serving/predict',
        inputs: Object.fromEntries([tensor(input)]),
        outputs: Object.fromEntries(outputs.map(tensor)),
      },
    },
    blobs: [...files].map(([path, bytes]) => ({
      path,
      sha256: createHash('sha256').update(bytes).digest('hex'),
      bytes: bytes.length,
    })),
    weightBytes,
    warmup: warmsUp
      ? [
          {
            signature: 'serving_default',
            inputs: { [input.name]: { kind: 'zeros', shape: [...input.shape] } },
          },
        ]
      : [],
    golden: [],
  };
}
