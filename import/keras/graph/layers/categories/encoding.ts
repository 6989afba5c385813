import * as v from 'valibot';
import { binary, cast, multiply } from '../../../../builder/elementwise.ts';
import { reduce } from '../../../../builder/reductions.ts';
import { expandDimension, squeeze } from '../../../../builder/shaping.ts';
import { rank, type SymbolicTensor, sizeOf } from '../../../../builder/symbolic_tensor.ts';
import { count, optionalNumber } from '../../config_entries.ts';
import {
  defineLayer,
  type LayerCall,
  type LayerDefinition,
  namedTensor,
  onlyInput,
} from '../../layer_definition.ts';

export const OUTPUT_MODES = ['int', 'one_hot', 'multi_hot', 'count'] as const;
type OutputMode = (typeof OUTPUT_MODES)[number];

/** Names that modes had in TensorFlow 2.3. */
const OLD_MODES: Readonly<Record<string, string>> = { binary: 'multi_hot', 'tf-idf': 'tf_idf' };

/** One of some modes; files of old versions have other names. */
export const outputMode = <const Modes extends readonly string[]>(modes: Modes, otherwise: Modes[number]) =>
  v.pipe(
    v.nullish<v.StringSchema<undefined>, string>(v.string(), otherwise),
    v.transform((mode: string) => OLD_MODES[mode] ?? mode),
    v.picklist(modes, `is none of ${modes.join(', ')}`),
  );

/** Each is compared with every index. */
const MOST_CLASSES = 2 ** 20;

/** One number per class, for indices as Keras's layers encode them. */
export function encodeCategories(
  { g, layer }: LayerCall,
  indices: SymbolicTensor,
  mode: Exclude<OutputMode, 'int'>,
  classes: number,
  weights?: SymbolicTensor,
): SymbolicTensor | string {
  if (classes > MOST_CLASSES) return `layer ${layer.className} with more than ${MOST_CLASSES} classes`;
  const ids = Array.from({ length: classes }, (_, index) => index);
  // [..., n] of indices against all classes.
  const isEach = (x: SymbolicTensor) =>
    cast(g, binary(g, 'Equal', expandDimension(g, x, -1), g.integers(ids)), 'float32');
  if (mode === 'one_hot') {
    const single = sizeOf(indices, -1) === 1 && rank(indices) > 1;
    return isEach(single ? squeeze(g, indices, [rank(indices) - 1]) : indices);
  }
  const found = isEach(rank(indices) === 1 ? expandDimension(g, indices, 1) : indices);
  const over = [rank(found) - 2];
  if (mode === 'multi_hot') return reduce(g, 'Max', found, over);
  const counted = weights === undefined ? found : multiply(g, found, expandDimension(g, weights, -1));
  return reduce(g, 'Sum', counted, over);
}

const CATEGORY_ENCODING = defineLayer(
  { num_tokens: count, output_mode: outputMode(OUTPUT_MODES, 'multi_hot') },
  (call, { num_tokens: classes, output_mode: mode }) => {
    const indices = cast(call.g, onlyInput(call), 'int32');
    return mode === 'int'
      ? indices
      : encodeCategories(call, indices, mode, classes, namedTensor(call, 'count_weights'));
  },
  { anyType: true },
);

const DISCRETIZATION = defineLayer(
  {
    bin_boundaries: v.array(v.number(), 'is no list of numbers'),
    output_mode: outputMode(OUTPUT_MODES, 'int'),
    num_bins: optionalNumber,
    epsilon: optionalNumber,
  },
  (call, { bin_boundaries: boundaries, output_mode: mode }) => {
    const { g } = call;
    const x = expandDimension(g, onlyInput(call), -1);
    const passed = binary(g, 'GreaterEqual', x, g.floats(boundaries));
    const bins = reduce(g, 'Sum', cast(g, passed, 'int32'), [rank(x) - 1]);
    return mode === 'int' ? bins : encodeCategories(call, bins, mode, boundaries.length + 1);
  },
);

export const ENCODING: Readonly<Record<string, LayerDefinition>> = {
  CategoryEncoding: CATEGORY_ENCODING,
  Discretization: DISCRETIZATION,
};
