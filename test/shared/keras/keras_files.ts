import { BlobWriter, TextReader, Uint8ArrayReader, ZipWriter } from '@zip.js/zip.js';
import { type GroupContent, type PlainTensor, writeHdf5 } from './hdf5_writer.ts';

/** A layer's weights by Keras's names, in order. */
export type LayerWeights = Readonly<Record<string, PlainTensor>>;

/** A `.h5` file as `model.save` of Keras 2 writes it. */
export function writeKerasH5(
  configuration: object,
  layers: Readonly<Record<string, LayerWeights>>,
  version = '2.15.0',
): Promise<Uint8Array<ArrayBuffer>> {
  return writeHdf5({
    attributes: {
      model_config: JSON.stringify(configuration),
      keras_version: version,
      backend: 'tensorflow',
    },
    groups: { model_weights: weightGroup(layers) },
  });
}

function weightGroup(layers: Readonly<Record<string, LayerWeights>>): GroupContent {
  return {
    attributes: { layer_names: Object.keys(layers), backend: 'tensorflow' },
    groups: Object.fromEntries(
      Object.entries(layers).map(([name, weights]) => [
        name,
        { attributes: { weight_names: Object.keys(weights) }, tensors: weights },
      ]),
    ),
  };
}

/** A `.keras` archive as Keras 3 writes it. @param variables by their paths in the HDF5 file */
export async function writeKerasArchive(
  configuration: object,
  variables: Readonly<Record<string, PlainTensor>>,
  version = '3.8.0',
): Promise<Uint8Array<ArrayBuffer>> {
  return writeZip({
    'metadata.json': JSON.stringify({ keras_version: version, date_saved: '2026-11-22@12:00:00' }),
    'config.json': JSON.stringify(configuration),
    'model.weights.h5': await writeHdf5({ tensors: variables }),
  });
}

/** @param level of compression; Keras stores */
export async function writeZip(
  entries: Readonly<Record<string, string | Uint8Array>>,
  level = 0,
): Promise<Uint8Array<ArrayBuffer>> {
  const writer = new ZipWriter(new BlobWriter(), { useWebWorkers: false, level });
  for (const [name, content] of Object.entries(entries)) {
    await writer.add(
      name,
      typeof content === 'string' ? new TextReader(content) : new Uint8ArrayReader(content),
    );
  }
  return new Uint8Array(await (await writer.close()).arrayBuffer());
}
