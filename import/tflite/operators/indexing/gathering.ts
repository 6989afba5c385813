import { typeValue } from '../../../builder/node_builder.ts';
import { gather } from '../../../builder/shaping.ts';
import { rank } from '../../../builder/symbolic_tensor.ts';
import { asCodes, inFloat } from '../../conversion/entries.ts';
import { axisIn, input, type Operator, type OperatorTable } from '../../conversion/operator_call.ts';
import { refuse, refuseMalformed } from '../../conversion/refusal.ts';
import { followed, followedTensor } from '../../tensors/followed.ts';
import { numbersOf } from '../../tensors/tflite_tensor.ts';

const gatherOperator: Operator = (call) => {
  const { g, options } = call;
  const [x, indices] = [input(call, 0), input(call, 1)];
  const { axis: given, batch_dims } = options.read('GatherOptions');
  const axis = axisIn(rank(x), given);
  const batch = batch_dims < 0 ? batch_dims + rank(indices) : batch_dims;
  if (batch < 0 || batch > rank(indices) || batch > axis)
    return refuseMalformed(`has ${batch_dims} dimensions of batches`);
  const [list, places] = [followed(x), numbersOf(indices)];
  if (list !== undefined && places !== undefined && rank(indices) <= 1) {
    const picked = places.flatMap((place) => list[place] ?? []);
    if (picked.length === places.length) return followedTensor(g, picked, rank(indices) === 0);
  }
  if (batch === 0) return gather(g, x, indices, axis);
  const shape = [...x.shape.slice(0, axis), ...indices.shape.slice(batch), ...x.shape.slice(axis + 1)];
  return g.node(
    'GatherV2',
    [x, indices, g.integers([axis], [])],
    { shape },
    {
      Tparams: typeValue(x.dtype),
      Tindices: typeValue(indices.dtype),
      Taxis: typeValue('int32'),
      batch_dims: { i: String(batch) },
    },
  );
};

/** The slices at places, whose last dimension has an index for each of the first axes. */
const gatherPlaces: Operator = (call) => {
  const { g } = call;
  const [x, places] = [input(call, 0), input(call, 1)];
  const depth = places.shape.at(-1) ?? refuse('has places of a length that the request decides');
  if (depth > rank(x)) return refuseMalformed(`has places of ${depth} indices in ${rank(x)} dimensions`);
  return g.node(
    'GatherNd',
    [x, places],
    { shape: [...places.shape.slice(0, -1), ...x.shape.slice(depth)] },
    { Tparams: typeValue(x.dtype), Tindices: typeValue('int32') },
  );
};

/** Rows of a table. */
const lookUp: Operator = (call) => gather(call.g, input(call, 1), input(call, 0), 0);

/** The places of the elements that are true or not zero, [count, rank]. */
const where: Operator = (call) => {
  const x = input(call, 0);
  return call.g.node('Where', [x], { shape: [null, rank(x)], dtype: 'int32' });
};

/** The different elements in the order of their first places, and for each element which of them it is. */
const unique: Operator = (call) => {
  const { g, options } = call;
  options.read('UniqueOptions');
  const x = input(call, 0);
  return g.nodeWith('Unique', [x], [{ shape: [null] }, { shape: x.shape, dtype: 'int32' }], {
    out_idx: typeValue('int32'),
  });
};

export const GATHERING: OperatorTable = {
  EMBEDDING_LOOKUP: inFloat(lookUp),
  GATHER: asCodes(gatherOperator),
  GATHER_ND: asCodes(gatherPlaces),
  UNIQUE: asCodes(unique),
  WHERE: asCodes(where),
};
