import { mkdir, mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { encode, entriesOf, type GraphDefinition, graphMessage, shape } from './messages.ts';
import { type BundleOptions, type BundleTensor, writeBundle } from './write_bundle.ts';

export interface TensorDefinition {
  /** `node:index`. */
  readonly name: string;
  readonly dtype: number;
  readonly shape: readonly number[];
}

export interface SignatureDefinition {
  readonly inputs: Readonly<Record<string, TensorDefinition>>;
  readonly outputs: Readonly<Record<string, TensorDefinition>>;
  readonly method?: string;
}

export interface SavedModelDefinition extends GraphDefinition {
  readonly signatures: Readonly<Record<string, SignatureDefinition>>;
  readonly tags?: readonly string[];
  /** The node that restores the variables. */
  readonly restore?: string;
  /** The node that initialises the model. */
  readonly initialise?: string;
  readonly variables?: readonly BundleTensor[];
  readonly bundle?: BundleOptions;
  /** Texts of files by name, and the node that is the path of each. */
  readonly assets?: Readonly<Record<string, { readonly node: string; readonly text: string }>>;
  /** Attributes that the graph leaves out where they are so. */
  readonly defaults?: Readonly<Record<string, Readonly<Record<string, Record<string, unknown>>>>>;
}

/** A SavedModel directory of its own. */
export async function writeSavedModel(definition: SavedModelDefinition): Promise<string> {
  const directory = await mkdtemp(path.join(tmpdir(), 'edge-serving-saved-model-'));
  await writeFile(
    path.join(directory, 'saved_model.pb'),
    encode('SavedModel', savedModelMessage(definition)),
  );
  if (definition.variables) await writeBundle(directory, definition.variables, definition.bundle);
  for (const [name, { text }] of entriesOf(definition.assets ?? {})) {
    await mkdir(path.join(directory, 'assets'), { recursive: true });
    await writeFile(path.join(directory, 'assets', path.basename(name)), text);
  }
  return directory;
}

export function savedModelMessage(definition: SavedModelDefinition): Record<string, unknown> {
  const { signatures, tags = ['serve'], restore, initialise, assets = {}, defaults = {} } = definition;
  const collections = initialise
    ? [{ key: 'saved_model_main_op', value: { nodeList: { value: [initialise] } } }]
    : [];
  return {
    metaGraphs: [
      {
        metaInfoDef: {
          tags: [...tags],
          strippedOpList: {
            op: entriesOf(defaults).map(([name, attributes]) => ({
              name,
              attr: entriesOf(attributes).map(([attribute, defaultValue]) => ({
                name: attribute,
                defaultValue,
              })),
            })),
          },
        },
        graphDef: graphMessage(definition),
        ...(restore ? { saverDef: { restoreOpName: restore } } : {}),
        collectionDef: collections,
        signatureDef: entriesOf(signatures).map(([key, value]) => ({ key, value: signatureMessage(value) })),
        assetFileDef: entriesOf(assets).map(([filename, { node }]) => ({
          filename,
          tensorInfo: { name: `${node}:0` },
        })),
      },
    ],
  };
}

function signatureMessage({ inputs, outputs, method = 'tensorflow/serving/predict' }: SignatureDefinition) {
  const tensors = (definitions: SignatureDefinition['inputs']) =>
    entriesOf(definitions).map(([key, { name, dtype, shape: sizes }]) => ({
      key,
      value: { name, dtype, tensorShape: shape(...sizes) },
    }));
  return { inputs: tensors(inputs), outputs: tensors(outputs), methodName: method };
}
