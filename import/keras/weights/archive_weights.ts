import { type Imported, malformed, read } from '../../import_result.ts';
import type { Hdf5File } from '../hdf5/hdf5_file.ts';
import type { ExpectedLayer } from './expected_weights.ts';
import { type FoundWeight, pairWeights, type StoredWeight } from './found_weight.ts';
import type { WeightSource } from './weight_source.ts';

/** The names of the group of a model's layers in Keras's versions. */
const LAYER_GROUPS = ['layers', '_layer_checkpoint_dependencies'];

/**
 * Finds the weights in the HDF5 file of a `.keras` archive, which has a group for each object. The layers of a model
 * are under `layers` and named by their classes. The variables of a layer are `vars/0`, `vars/1` and so on.
 *
 * @param base the group of the model, without a slash at its end
 */
export async function findArchiveWeights(
  file: Hdf5File,
  base: string,
  sources: readonly WeightSource[],
  layers: readonly ExpectedLayer[],
): Promise<Imported<FoundWeight[]>> {
  const groups = await layerGroups(file, base, sources);
  const byName = new Map(layers.map((layer) => [layer.name, layer]));
  const found: FoundWeight[] = [];
  for (const source of sources) {
    const layer = byName.get(source.name);
    if (layer === undefined || layer.weights.length === 0) continue;
    const group = groups.get(source);
    if (group === undefined) return malformed(`there are no weights for layer "${source.kerasName}"`);
    const paired =
      source.members === undefined
        ? pairWeights(
            layer.weights,
            await variablesIn(file, group, source.groups),
            `layer "${source.kerasName}"`,
          )
        : await findArchiveWeights(file, [group, ...source.groups].join('/'), source.members, layer.members);
    if (paired.kind !== 'read') return paired;
    found.push(...paired.value);
  }
  return read(found);
}

/** Returns the group of each layer, by the layer's name if Keras stored it, or else by class and count. */
async function layerGroups(
  file: Hdf5File,
  base: string,
  sources: readonly WeightSource[],
): Promise<ReadonlyMap<WeightSource, string>> {
  const found = new Map<WeightSource, string>();
  for (const container of LAYER_GROUPS) {
    const path = `${base}/${container}`;
    const members = await file.members(path);
    if (members === undefined) continue;
    const named = new Map<string, string>();
    for (const member of members) {
      const name = await file.attribute(`${path}/${member}/vars`, 'name');
      if (typeof name === 'string') named.set(name, member);
    }
    const counts = new Map<string, number>();
    for (const source of sources) {
      const kind = snakeCase(source.kerasClass);
      const count = counts.get(kind) ?? 0;
      counts.set(kind, count + 1);
      const member = named.get(source.kerasName) ?? (count === 0 ? kind : `${kind}_${count}`);
      if (members.includes(member)) found.set(source, `${path}/${member}`);
    }
    return found;
  }
  return found;
}

/** Returns the variables of an object in the order of their creation, group by group. */
async function variablesIn(file: Hdf5File, group: string, below: readonly string[]): Promise<StoredWeight[]> {
  const stored: StoredWeight[] = [];
  for (const inner of below) {
    const path = [group, inner, 'vars'].filter((part) => part !== '').join('/');
    for (let index = 0; ; index++) {
      const dataset = await file.dataset(`${path}/${index}`);
      if (dataset === undefined) break;
      stored.push({ path: `${path}/${index}`, name: `${path}/${index}`, dataset });
    }
  }
  return stored;
}

/** Converts a class to a name as Keras does: `BatchNormalization` becomes batch_normalization, and `Conv2D` conv2d. */
function snakeCase(name: string): string {
  return name
    .replaceAll(/\W+/g, '')
    .replaceAll(/(.)([A-Z][a-z]+)/g, '$1_$2')
    .replaceAll(/([a-z])([A-Z])/g, '$1_$2')
    .toLowerCase();
}
