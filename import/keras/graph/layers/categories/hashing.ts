import { add, cast, select } from '../../../../builder/elementwise.ts';
import { expandDimension } from '../../../../builder/shaping.ts';
import { rank, type SymbolicTensor } from '../../../../builder/symbolic_tensor.ts';
import { count } from '../../config_entries.ts';
import { defineLayer, type LayerDefinition, onlyInput } from '../../layer_definition.ts';
import { encodeCategories, OUTPUT_MODES, outputMode } from './encoding.ts';
import { hashed, SALT, token } from './lookup.ts';

const HASHING = defineLayer(
  {
    num_bins: count,
    mask_value: token,
    salt: SALT,
    output_mode: outputMode(OUTPUT_MODES, 'int'),
  },
  (call, { num_bins: bins, mask_value: mask, salt, output_mode: mode }) => {
    const { g } = call;
    const x = onlyInput(call);
    const isMasked = mask !== null && bins > 1;
    const hash = hashed(g, x, isMasked ? bins - 1 : bins, salt);
    let indices = hash;
    if (isMasked) {
      const value = typeof mask === 'string' ? g.string(mask) : g.scalar(mask, x.dtype);
      const isMask = g.node('Equal', [x, value], { shape: x.shape, dtype: 'bool' });
      indices = select(g, isMask, 0, add(g, hash, 1));
    }
    return mode === 'int' ? indices : encodeCategories(call, indices, mode, bins);
  },
  { anyType: true },
);

/** What `tf.sparse.cross_hashed` begins with. */
const CROSSING_KEY = 0xdeca_fcaf_fe;

/** The bucket of several features together, each [batch] or [batch, 1]. */
const HASHED_CROSSING = defineLayer(
  { num_bins: count, output_mode: outputMode(['int', 'one_hot'], 'int') },
  (call, { num_bins: bins, output_mode: mode }) => {
    const { g, inputs, layer } = call;
    const [first] = inputs;
    const isFeature = (x: SymbolicTensor) => rank(x) === 1 || (rank(x) === 2 && x.shape[1] === 1);
    if (first === undefined || inputs.length < 2 || !inputs.every(isFeature)) {
      return `layer ${layer.className} of what is not several features of each sample`;
    }
    const columns = inputs.map((x) => {
      const plain = x.dtype === 'string' ? x : cast(g, x, 'int32');
      return rank(plain) === 1 ? expandDimension(g, plain, 1) : plain;
    });
    const [, crossed] = g.nodeWith(
      'SparseCross',
      columns,
      [
        { shape: [null, 2], dtype: 'int32' },
        { shape: [first.shape[0] ?? null], dtype: 'int32' },
      ],
      {
        N: { i: '0' },
        dense_types: {
          list: { type: columns.map(({ dtype }) => (dtype === 'string' ? 'DT_STRING' : 'DT_INT64')) },
        },
        hashed_output: { b: true },
        hash_key: { i: String(CROSSING_KEY) },
        num_buckets: { i: String(bins) },
        out_type: { type: 'DT_INT64' },
        internal_type: { type: 'DT_STRING' },
        sparse_types: { list: { type: [] } },
      },
    );
    if (crossed === undefined) throw new Error('it gives three');
    const indices = rank(first) === 1 ? crossed : expandDimension(g, crossed, 1);
    return mode === 'int' ? indices : encodeCategories(call, indices, 'one_hot', bins);
  },
  { anyType: true },
);

export const HASHINGS: Readonly<Record<string, LayerDefinition>> = {
  HashedCrossing: HASHED_CROSSING,
  Hashing: HASHING,
};
