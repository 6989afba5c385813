import type { GraphNode } from '@tensorflow/tfjs-converter';
import { type Tensor, tensor } from '@tensorflow/tfjs-core';
import {
  numberAttribute,
  numbersInput,
  type Operation,
  type Operations,
  refuse,
  textsAttribute,
} from '../operation.ts';
import { EMPTY } from '../strings/string_values.ts';
import { type Feature, NO_LIST } from './example_message.ts';
import {
  columnOf,
  denseTensor,
  listedValues,
  rowSplits,
  serializedExamples,
  sparseTensors,
} from './feature_columns.ts';
import {
  type DenseFeature,
  denseFeatures,
  featureShapes,
  type NamedType,
  namedTypes,
  textsOf,
} from './feature_descriptions.ts';
import {
  listedSteps,
  paddedSteps,
  sequenceColumnOf,
  stepCounts,
  stepIndices,
  stepShape,
} from './sequence_columns.ts';
import { readSequenceExample, type SequenceExample } from './sequence_message.ts';

/** What a node takes out of sequence examples. */
interface Parser {
  readonly context: Features<DenseFeature>;
  readonly lists: Features<DenseList>;
  /** Whether the node says how many steps each example has. */
  readonly hasLengths: boolean;
}

interface Features<Dense extends NamedType> {
  readonly sparse: readonly NamedType[];
  readonly dense: readonly Dense[];
  readonly ragged: readonly NamedType[];
}

interface DenseList extends NamedType {
  /** The shape of each step. */
  readonly shape: readonly number[];
  /** An example that lacks it has no steps then. */
  readonly mayBeMissing: boolean;
}

/**
 * Parses serialized tf.SequenceExamples. The outputs are those of the context, as of tf.Examples, and then those of the
 * feature lists. Source: ParseSequenceExampleV2; the others are forms of it.
 */
function parsing(describe: (node: GraphNode) => Parser): Operation {
  return (node) => {
    const parser = describe(node);
    const { strings, isBatch } = serializedExamples(node);
    const wanted = { context: namesOf(parser.context), lists: namesOf(parser.lists) };
    const examples = strings.map(
      (bytes, index) =>
        readSequenceExample(bytes, wanted) ??
        refuse(node, `the string ${index} is not a serialized tf.SequenceExample`),
    );
    return [
      ...contextTensors(node, parser.context, examples, isBatch),
      ...listTensors(node, parser, examples, isBatch),
    ];
  };
}

function namesOf({ sparse, dense, ragged }: Features<NamedType>): ReadonlySet<string> {
  return new Set([...sparse, ...dense, ...ragged].map(({ name }) => name));
}

function contextTensors(
  node: GraphNode,
  features: Features<DenseFeature>,
  examples: readonly SequenceExample[],
  isBatch: boolean,
): Tensor[] {
  const columns = ({ name, type }: NamedType) => {
    // A feature without a list is there, unlike in tf.Examples, and has no values.
    const found = examples.map(({ context }): Feature | undefined => {
      const feature = context.get(name);
      return feature === NO_LIST ? { type, list: EMPTY } : feature;
    });
    return columnOf(node, name, type, found);
  };
  const sparse = features.sparse.map(columns);
  const ragged = features.ragged.map(columns);
  return [
    ...sparseTensors(node, sparse, isBatch),
    ...features.dense.map((feature) =>
      denseTensor(node, columns(feature), closedShape(node, feature), feature.otherwise, isBatch),
    ),
    ...ragged.map((column) => listedValues(node, column)),
    ...ragged.map((column) => outerSplits(column.counts, isBatch)),
  ];
}

function listTensors(
  node: GraphNode,
  { lists, hasLengths }: Parser,
  examples: readonly SequenceExample[],
  isBatch: boolean,
): Tensor[] {
  const columns = ({ name, type }: NamedType) =>
    sequenceColumnOf(
      node,
      name,
      type,
      examples.map((example) => example.lists.get(name)),
    );
  const sparse = lists.sparse.map(columns);
  const dense = lists.dense.map((feature) => {
    const column = columns(feature);
    const missing = column.lists.indexOf(undefined);
    if (missing >= 0 && !feature.mayBeMissing)
      refuse(node, `the feature list "${feature.name}" is missing in example ${missing}`);
    return { column, shape: closedShape(node, feature) };
  });
  const ragged = lists.ragged.map(columns);
  return [
    ...sparse.map((column) => stepIndices(node, column, isBatch)),
    ...sparse.map((column) => listedSteps(node, column)),
    ...sparse.map((column) => stepShape(column, isBatch)),
    ...dense.map(({ column, shape }) => paddedSteps(node, column, shape, isBatch)),
    ...(hasLengths ? dense.map(({ column }) => stepCounts(column, isBatch)) : []),
    ...ragged.map((column) => listedSteps(node, column)),
    ...ragged.map(({ steps }) => outerSplits(steps, isBatch)),
    ...ragged.map(rowSplits),
  ];
}

/** Where each example begins. TensorFlow has a scalar without a meaning for one example. */
const outerSplits = (counts: Int32Array, isBatch: boolean): Tensor =>
  isBatch ? rowSplits({ counts }) : tensor(0, [], 'int32');

function closedShape(
  node: GraphNode,
  { name, shape }: { readonly name: string; readonly shape: readonly number[] },
): readonly number[] {
  return shape.some((size) => size < 0)
    ? refuse(node, `the feature "${name}" has the shape [${shape}] with an open dimension`)
    : shape;
}

const CONTEXT_DENSE = { types: 'Tcontext_dense', shapes: 'context_dense_shapes' };

function denseLists(
  node: GraphNode,
  names: readonly string[],
  mayBeMissing: (name: string, index: number) => boolean,
): DenseList[] {
  const shapes = featureShapes(node, 'feature_list_dense_shapes', names.length);
  return namedTypes(node, names, 'feature_list_dense_types').map((feature, index) => ({
    ...feature,
    shape: shapes[index] ?? [],
    mayBeMissing: mayBeMissing(feature.name, index),
  }));
}

const parseSequenceExample = parsing((node) => {
  const missing = new Set(textsAttribute(node, 'feature_list_dense_missing_assumed_empty'));
  const names = (attribute: string) => textsAttribute(node, attribute);
  return {
    context: {
      sparse: namedTypes(node, names('context_sparse_keys'), 'context_sparse_types'),
      dense: denseFeatures(node, names('context_dense_keys'), 2, CONTEXT_DENSE),
      ragged: [],
    },
    lists: {
      sparse: namedTypes(node, names('feature_list_sparse_keys'), 'feature_list_sparse_types'),
      dense: denseLists(node, names('feature_list_dense_keys'), (name) => missing.has(name)),
      ragged: [],
    },
    hasLengths: true,
  };
});

const parseSequenceExampleV2 = parsing((node) => {
  const missing = numbersInput(node, 8);
  return {
    context: {
      sparse: namedTypes(node, textsOf(node, 2, 1), 'context_sparse_types'),
      dense: denseFeatures(node, textsOf(node, 3, 1), 9, CONTEXT_DENSE),
      ragged: namedTypes(node, textsOf(node, 4, 1), 'context_ragged_value_types'),
    },
    lists: {
      sparse: namedTypes(node, textsOf(node, 5, 1), 'feature_list_sparse_types'),
      dense: denseLists(node, textsOf(node, 6, 1), (_, index) => missing[index] === 1),
      ragged: namedTypes(node, textsOf(node, 7, 1), 'feature_list_ragged_value_types'),
    },
    hasLengths: true,
  };
});

const parseSingleSequenceExample = parsing((node) => {
  const contextSparse = numberAttribute(node, 'Ncontext_sparse', 0);
  const contextDense = numberAttribute(node, 'Ncontext_dense', 0);
  const listSparse = numberAttribute(node, 'Nfeature_list_sparse', 0);
  const listDense = numberAttribute(node, 'Nfeature_list_dense', 0);
  const missing = new Set(textsOf(node, 1, 1));
  const dense = 2 + contextSparse;
  const lists = dense + contextDense;
  const defaults = lists + listSparse + listDense;
  return {
    context: {
      sparse: namedTypes(node, textsOf(node, 2, contextSparse), 'context_sparse_types'),
      dense: denseFeatures(node, textsOf(node, dense, contextDense), defaults, CONTEXT_DENSE),
      ragged: [],
    },
    lists: {
      sparse: namedTypes(node, textsOf(node, lists, listSparse), 'feature_list_sparse_types'),
      dense: denseLists(node, textsOf(node, lists + listSparse, listDense), (name) => missing.has(name)),
      ragged: [],
    },
    hasLengths: false,
  };
});

export const SEQUENCE_EXAMPLES: Operations = {
  ParseSequenceExample: parseSequenceExample,
  ParseSequenceExampleV2: parseSequenceExampleV2,
  ParseSingleSequenceExample: parseSingleSequenceExample,
};
