import { scalar, type Tensor, tensor } from '@tensorflow/tfjs-core';
import { inputOf, type Operation, type Operations, refuse } from './operation.ts';
import { type Bytes, keyOf, stringsOf, stringTensor } from './strings/string_values.ts';

type Key = string | number;

/** Which entry of a table each key is. The keys are mostly a weight, so an index serves many requests. */
const indexes = new WeakMap<object, ReadonlyMap<Key, number>>();

/**
 * Looks keys up in a table that never changes: `keys [entries]`, `values [entries]`, `query [...]`, and the value of
 * keys that the table lacks, `[]`. Returns values in the shape of the query. Source: LookupTableFindV2.
 */
const find: Operation = (node) => {
  const [keys, values, query, missing] = [0, 1, 2, 3].map((index) => inputOf(node, index));
  if (keys === undefined || values === undefined || query === undefined || missing === undefined)
    return refuse(node, 'it lacks inputs');
  if (keys.size !== values.size) refuse(node, `its table has ${keys.size} keys and ${values.size} values`);
  if (missing.size !== 1) refuse(node, `the value of a missing key has the shape [${missing.shape}]`);
  if (isText(keys) !== isText(query))
    refuse(node, `its keys are of ${keys.dtype}, and it is asked for ${query.dtype}`);
  const index = indexOf(keys, values, (what) => refuse(node, what));
  const places = Int32Array.from(keysOf(query), (key) => (key === undefined ? -1 : (index.get(key) ?? -1)));
  if (values.dtype === 'string') {
    const [texts, [other]] = [stringsOf(values), stringsOf(missing)];
    return stringTensor(
      'LookupTableFindV2',
      Array.from(places, (place) => texts[place] ?? other ?? NOTHING),
      query.shape,
    );
  }
  const numbers = values.dataSync();
  const [other = 0] = missing.dataSync();
  const found = values.dtype === 'float32' ? new Float32Array(places.length) : new Int32Array(places.length);
  for (const [position, place] of places.entries())
    found[position] = place < 0 ? other : (numbers[place] ?? other);
  return values.dtype === 'bool'
    ? tensor(Uint8Array.from(found), query.shape, 'bool')
    : tensor(found, query.shape, values.dtype === 'float32' ? 'float32' : 'int32');
};

const NOTHING: Bytes = new Uint8Array();

/** The number of entries of a table that never changes. Source: LookupTableSizeV2. */
const size: Operation = (node) =>
  scalar(indexOf(inputOf(node, 0), inputOf(node, 1), (what) => refuse(node, what)).size, 'int32');

const isText = ({ dtype }: Tensor): boolean => dtype === 'string';

/** What a map finds keys by. NaN equals no key. */
function keysOf(keys: Tensor): Iterable<Key | undefined> {
  if (isText(keys)) return stringsOf(keys).map(keyOf);
  return Array.from(keys.dataSync(), (key) => (Number.isNaN(key) ? undefined : key));
}

function indexOf(keys: Tensor, values: Tensor, fail: (what: string) => never): ReadonlyMap<Key, number> {
  const known = indexes.get(keys.dataId);
  if (known !== undefined) return known;
  const index = new Map<Key, number>();
  const valueAt = isText(values) ? stringsOf(values).map(keyOf) : values.dataSync();
  for (const [place, key] of [...keysOf(keys)].entries()) {
    if (key === undefined) continue;
    const earlier = index.get(key);
    if (earlier === undefined) index.set(key, place);
    else if (valueAt[earlier] !== valueAt[place]) fail('its table has two values for one key');
  }
  indexes.set(keys.dataId, index);
  return index;
}

export const LOOKUP_TABLES: Operations = { _ConstantTableFind: find, _ConstantTableSize: size };
