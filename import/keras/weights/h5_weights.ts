import { type Imported, malformed, read } from '../../import_result.ts';
import type { Hdf5File } from '../hdf5/hdf5_file.ts';
import type { ExpectedLayer } from './expected_weights.ts';
import { type FoundWeight, pairWeights, type StoredWeight } from './found_weight.ts';
import type { WeightSource } from './weight_source.ts';

/** The most parts of an attribute that is too long for HDF5. */
const MOST_PARTS = 1000;

/**
 * Finds the weights in a file of Keras's first format, which has a group for each layer of the outermost model with the
 * names of its weights in order.
 *
 * @param root the group of all weights: `/model_weights` in a saved model
 */
export async function findH5Weights(
  file: Hdf5File,
  root: string,
  sources: readonly WeightSource[],
  layers: readonly ExpectedLayer[],
): Promise<Imported<FoundWeight[]>> {
  const byName = new Map(layers.map((layer) => [layer.name, layer]));
  const groups = new Set(await listAttribute(file, root, 'layer_names'));
  const kerasNames = new Map(namesOf(sources));
  const found: FoundWeight[] = [];
  for (const { name, kerasName } of sources) {
    const weights = byName.get(name)?.weights ?? [];
    if (!groups.has(kerasName)) {
      if (weights.length === 0) continue;
      return malformed(`${root} has no weights for layer "${kerasName}"`);
    }
    const group = `${root}/${kerasName}`;
    const stored: StoredWeight[] = [];
    for (const weight of (await listAttribute(file, group, 'weight_names')) ?? []) {
      const path = `${group}/${weight}`;
      const dataset = await file.dataset(path);
      if (dataset === undefined) return malformed(`there is no dataset ${path}`);
      stored.push({ path, name: weight, dataset });
    }
    const paired = pairWeights(weights, stored, `layer "${kerasName}"`, kerasNames);
    if (paired.kind !== 'read') return paired;
    found.push(...paired.value);
  }
  return read(found);
}

/** Yields tfjs's and Keras's names of all layers. */
function* namesOf(sources: readonly WeightSource[]): Iterable<[string, string]> {
  for (const { name, kerasName, members } of sources) {
    yield [name, kerasName];
    if (members !== undefined) yield* namesOf(members);
  }
}

/** Reads a list from an attribute, or from several: `names0`, `names1` and so on. */
async function listAttribute(
  file: Hdf5File,
  path: string,
  name: string,
): Promise<readonly string[] | undefined> {
  const whole = await file.attribute(path, name);
  if (whole !== undefined) return [whole].flat();
  const parts: string[] = [];
  for (let index = 0; index < MOST_PARTS; index++) {
    const part = await file.attribute(path, `${name}${index}`);
    if (part === undefined) return index === 0 ? undefined : parts;
    for (const member of [part].flat()) parts.push(member);
  }
  return parts;
}
