import { env } from 'cloudflare:workers';
import { updatePointer } from '../../../worker/registry/pointer/pointer_store.ts';
import {
  type ChangeRecord,
  publishTransition,
} from '../../../worker/registry/pointer/pointer_transitions.ts';
import { type PublicationResult, publishVersion } from '../../../worker/registry/publish/publication.ts';
import type { ObjectStore } from '../../../worker/registry/storage/object_store.ts';
import { R2ObjectStore } from '../../../worker/registry/storage/r2_object_store.ts';
import type { Blob, Manifest, ModelContent } from '../../../worker/registry/version/manifest.ts';
import { sha256 } from '../../shared/sha256.ts';

export const bucket: ObjectStore = new R2ObjectStore(env.MODELS);

let counter = 0;
/** A name that no other test of the file uses: storage is shared between them. */
export const uniqueModel = (): string => `model_${++counter}`;

export const changeRecord = (reason?: string): ChangeRecord => ({
  id: crypto.randomUUID(),
  at: new Date().toISOString(),
  by: 'a test',
  ...(reason === undefined ? {} : { reason }),
});

export async function emptyBucket(): Promise<void> {
  const keys: string[] = [];
  for await (const { key } of bucket.list('')) keys.push(key);
  await bucket.delete(keys);
}

export const wait = (milliseconds: number): Promise<void> =>
  new Promise((resolve) => setTimeout(resolve, milliseconds));

/** Files by path, with a manifest that lists them; the first one is taken for the topology. */
export async function createManifest(
  model: string,
  version: string,
  files: Readonly<Record<string, string>>,
  content: Partial<ModelContent> = {},
): Promise<{ manifest: Manifest; read: (blob: Blob) => Promise<Uint8Array> }> {
  const encoded = Object.entries(files).map(([path, text]) => ({
    path,
    bytes: new TextEncoder().encode(text),
  }));
  const blobs = await Promise.all(
    encoded.map(async ({ path, bytes }) => ({ path, bytes: bytes.length, sha256: await sha256(bytes) })),
  );
  const byPath = new Map(encoded.map(({ path, bytes }) => [path, bytes]));
  return {
    manifest: {
      schema: 1,
      model,
      version,
      content: {
        format: 'tfjs-graph-model',
        topology: blobs[0]?.path ?? '',
        signatures: {},
        blobs,
        weightBytes: 0,
        warmup: [],
        golden: [],
        ...content,
      },
      provenance: {
        publishedAt: new Date().toISOString(),
        publishedBy: 'a test',
        sourceFormat: 'none',
        tool: 'test',
      },
    },
    read: async ({ path }) => byPath.get(path) ?? new Uint8Array(),
  };
}

/** Publishes a version of files made up from its name, and flips to it unless told otherwise. */
export async function publish(
  model: string,
  version: string,
  options: {
    readonly store?: ObjectStore;
    readonly flip?: boolean;
    readonly files?: Readonly<Record<string, string>>;
    readonly content?: Partial<ModelContent>;
    readonly wait?: (milliseconds: number) => Promise<void>;
  } = {},
): Promise<PublicationResult> {
  const files = options.files ?? { 'model.json': `${model} ${version}` };
  const { manifest, read } = await createManifest(model, version, files, options.content);
  const { store = bucket } = options;
  const pause = options.wait ?? wait;
  const transition = publishTransition(version, changeRecord());
  const flip =
    options.flip === false ? undefined : () => updatePointer(store, model, transition, { wait: pause });
  return publishVersion(store, manifest, flip, { id: crypto.randomUUID(), read, wait: pause });
}
