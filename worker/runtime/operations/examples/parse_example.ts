import type { GraphNode } from '@tensorflow/tfjs-converter';
import { numberAttribute, type Operation, type Operations, refuse, textsAttribute } from '../operation.ts';
import { type Feature, readExample } from './example_message.ts';
import {
  columnOf,
  denseTensor,
  listedValues,
  paddedTensor,
  rowSplits,
  serializedExamples,
  sparseTensors,
} from './feature_columns.ts';
import {
  type DenseFeature,
  denseFeatures,
  type NamedType,
  namedTypes,
  textsOf,
} from './feature_descriptions.ts';

/** What a node takes out of examples. */
interface Parser {
  readonly sparse: readonly NamedType[];
  readonly dense: readonly DenseFeature[];
  readonly ragged: readonly NamedType[];
}

/**
 * Parses serialized tf.Examples. The outputs are the indices, the values and the shapes of all sparse features, then the
 * dense features, then the values and the row splits of ragged ones. Source: ParseExampleV2; the others are forms of it.
 */
function parsing(describe: (node: GraphNode) => Parser): Operation {
  return (node) => {
    const parser = describe(node);
    const { strings, isBatch } = serializedExamples(node);
    if (!isBatch && parser.ragged.length > 0) refuse(node, 'one example alone has no ragged features');
    const all = [...parser.sparse, ...parser.dense, ...parser.ragged];
    const wanted = new Set(all.map(({ name }) => name));
    const examples = strings.map(
      (bytes, index): ReadonlyMap<string, Feature> =>
        readExample(bytes, wanted) ?? refuse(node, `the string ${index} is not a serialized tf.Example`),
    );
    const columns = ({ name, type }: NamedType) =>
      columnOf(
        node,
        name,
        type,
        examples.map((example) => example.get(name)),
      );
    const sparse = parser.sparse.map(columns);
    const ragged = parser.ragged.map(columns);
    return [
      ...sparseTensors(node, sparse, isBatch),
      ...parser.dense.map((feature) => {
        const [first, ...rest] = feature.shape;
        const column = columns(feature);
        return first !== undefined && first < 0
          ? paddedTensor(node, column, rest, feature.otherwise, isBatch)
          : denseTensor(node, column, feature.shape, feature.otherwise, isBatch);
      }),
      ...ragged.map((column) => listedValues(node, column)),
      ...ragged.map(rowSplits),
    ];
  };
}

const parseExample = parsing((node) => {
  const sparse = numberAttribute(node, 'Nsparse', 0);
  const dense = numberAttribute(node, 'Ndense', 0);
  return {
    sparse: namedTypes(node, textsOf(node, 2, sparse), 'sparse_types'),
    dense: denseFeatures(node, textsOf(node, 2 + sparse, dense), 2 + sparse + dense),
    ragged: [],
  };
});

const parseExampleV2 = parsing((node) => ({
  sparse: namedTypes(node, textsOf(node, 2, 1), 'sparse_types'),
  dense: denseFeatures(node, textsOf(node, 3, 1), 5),
  ragged: namedTypes(node, textsOf(node, 4, 1), 'ragged_value_types'),
}));

const parseSingleExample = parsing((node) => ({
  sparse: namedTypes(node, textsAttribute(node, 'sparse_keys'), 'sparse_types'),
  dense: denseFeatures(node, textsAttribute(node, 'dense_keys'), 1),
  ragged: [],
}));

export const EXAMPLES: Operations = {
  ParseExample: parseExample,
  ParseExampleV2: parseExampleV2,
  ParseSingleExample: parseSingleExample,
};
