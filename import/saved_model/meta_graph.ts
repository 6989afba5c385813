import { type Imported, inFile, malformed, read, unsupported } from '../import_result.ts';
import { decodeMessage } from './protobuf/message_types.ts';
import {
  type AssetMessage,
  AssetMessageSchema,
  type MetaGraphMessage,
  SavedModelMessageSchema,
  type SignatureMessage,
} from './protobuf/saved_model_messages.ts';

export const SAVED_MODEL_FILE = 'saved_model.pb';
/** Adds the file's name to the message of a problem. */
export function inSavedModel<T>(imported: Imported<T>): Imported<T> {
  return inFile(SAVED_MODEL_FILE, imported);
}

const SERVE = 'serve';
/** Tags of graphs for training or for special hardware. */
const UNSUITED = ['train', 'tpu', 'gpu', 'eval'];

/**
 * Returns the meta graph for serving. Of several, it returns the one with the fewest of these tags, and then with the
 * fewest tags.
 */
export function chooseMetaGraph(bytes: Uint8Array): Imported<MetaGraphMessage> {
  const decoded = decodeMessage('SavedModel', bytes, SavedModelMessageSchema, SAVED_MODEL_FILE);
  if (decoded.kind !== 'read') return decoded;
  const { metaGraphs } = decoded.value;
  if (metaGraphs.length === 0) return malformed(`${SAVED_MODEL_FILE}: there is no graph in it`);
  const tagsOf = ({ metaInfoDef }: MetaGraphMessage): readonly string[] => metaInfoDef?.tags ?? [];
  const unsuited = (graph: MetaGraphMessage) => tagsOf(graph).filter((tag) => UNSUITED.includes(tag)).length;
  const [best] = metaGraphs
    .filter((graph) => tagsOf(graph).includes(SERVE))
    .sort((a, b) => unsuited(a) - unsuited(b) || tagsOf(a).length - tagsOf(b).length);
  if (best !== undefined) return read(best);
  const tags = metaGraphs.map((graph) => `[${tagsOf(graph).join(', ')}]`).join(', ');
  return unsupported(`${SAVED_MODEL_FILE}: no graph has the tag "${SERVE}"; there are ${tags}`);
}

/** Returns the node that initializes what the checkpoint does not restore. A model can name it in three ways. */
export function initializerName({ signatureDef, collectionDef }: MetaGraphMessage): string | undefined {
  const signature = signatureDef.find(({ key }) => key === INITIALIZER_SIGNATURE)?.value;
  const [output] = signature?.outputs ?? [];
  if (output?.value) return output.value.name;
  for (const name of ['saved_model_main_op', 'legacy_init_op']) {
    const [node] = collectionDef.find(({ key }) => key === name)?.value?.nodeList?.value ?? [];
    if (node !== undefined) return node;
  }
  return undefined;
}

const INITIALIZER_SIGNATURE = '__saved_model_init_op';

/** Returns the signatures for clients by name. */
export function publicSignatures({ signatureDef }: MetaGraphMessage): Map<string, SignatureMessage> {
  const signatures = new Map<string, SignatureMessage>();
  for (const { key, value } of signatureDef) {
    if (value !== null && !key.startsWith('__saved_model_')) signatures.set(key, value);
  }
  return signatures;
}

/** Returns the files in `assets/` by the graph's node with their path. */
export function assetFiles({ assetFileDef, collectionDef }: MetaGraphMessage): Imported<Map<string, string>> {
  const assets = new Map<string, string>();
  const add = ({ tensorInfo, filename }: AssetMessage) => {
    if (tensorInfo !== null) assets.set(tensorInfo.name.replace(/:0$/, ''), filename);
  };
  // Early versions of TensorFlow 1 stored them in a collection.
  const collected = collectionDef.find(({ key }) => key === 'saved_model_assets')?.value?.anyList?.value;
  for (const { value } of collected ?? []) {
    const place = `${SAVED_MODEL_FILE}: saved_model_assets`;
    const asset = decodeMessage('AssetFileDef', value, AssetMessageSchema, place);
    if (asset.kind !== 'read') return asset;
    add(asset.value);
  }
  for (const asset of assetFileDef) add(asset);
  return read(assets);
}
