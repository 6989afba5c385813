import { type Imported, malformed, read } from '../../import_result.ts';
import type { Hdf5File } from '../hdf5/hdf5_file.ts';
import { snakeCase } from '../snake_case.ts';
import type { ExpectedLayer } from './expected_weights.ts';
import { type FoundWeight, pairWeights, type StoredWeight } from './found_weight.ts';
import type { WeightSource } from './weight_source.ts';

/** What the group of a model's layers is called, by Keras's versions. */
const LAYER_GROUPS = ['layers', '_layer_checkpoint_dependencies'];

/** Variables that have names and no numbers: those of layers that look words up. */
const NAMED = ['idf_weights'];

/**
 * Finds the weights in the HDF5 file of a `.keras` archive, which has a group per object: the layers of a model
 * under `layers`, called by their classes, and in each its variables as `vars/0`, `vars/1` and so on.
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

/** The group of each layer: by the layer's name where Keras wrote it down, else by class and count. */
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
      const member = named.get(source.kerasName) ?? nthOf(kind, count, members, sources);
      if (members.includes(member)) found.set(source, `${path}/${member}`);
    }
    return found;
  }
  return found;
}

/**
 * Keras counts the layers of a class in the names of their groups. Some versions count every layer twice: where there
 * are as many groups as layers, their order counts.
 */
function nthOf(
  kind: string,
  count: number,
  members: readonly string[],
  sources: readonly WeightSource[],
): string {
  const number = (member: string) =>
    member === kind ? 0 : Number(member.startsWith(`${kind}_`) ? member.slice(kind.length + 1) : Number.NaN);
  const groups = members
    .filter((member) => Number.isInteger(number(member)))
    .sort((one, other) => number(one) - number(other));
  const layers = sources.filter(({ kerasClass }) => snakeCase(kerasClass) === kind).length;
  const counted = count === 0 ? kind : `${kind}_${count}`;
  return (groups.length === layers ? groups[count] : undefined) ?? counted;
}

/** The variables of an object in the order of their making, those of one group after those of another. */
async function variablesIn(file: Hdf5File, group: string, below: readonly string[]): Promise<StoredWeight[]> {
  const stored: StoredWeight[] = [];
  for (const inner of below) {
    const [own, ofOldFiles] = [inner, inner.replace(/([^/]+)$/, '_$1')];
    const found = await variablesOf(file, [group, own, 'vars']);
    // Old versions call the layers in a layer as its attributes are called.
    stored.push(...(found.length > 0 ? found : await variablesOf(file, [group, ofOldFiles, 'vars'])));
  }
  return stored;
}

async function variablesOf(file: Hdf5File, parts: readonly string[]): Promise<StoredWeight[]> {
  const path = parts.filter((part) => part !== '').join('/');
  const stored: StoredWeight[] = [];
  for (let index = 0; ; index++) {
    const dataset = await file.dataset(`${path}/${index}`);
    if (dataset === undefined) break;
    stored.push({ path: `${path}/${index}`, name: `${path}/${index}`, dataset });
  }
  if (stored.length > 0) return stored;
  for (const name of NAMED) {
    const dataset = await file.dataset(`${path}/${name}`);
    if (dataset !== undefined) stored.push({ path: `${path}/${name}`, name: `${path}/${name}`, dataset });
  }
  return stored;
}
