import { describe, expect, test } from 'vitest';
import type { Graph, GraphNode, NodeAttribute } from '../../../import/graph/graph.ts';
import {
  describeUnsupportedOperations,
  findUnsupportedOperations,
} from '../../../import/operations/unsupported_operations.ts';
import { textsValue } from '../../../import/simplify/attributes.ts';
import { integers, text } from '../../fixtures/graphs/graph_builder.ts';

const node = (name: string, op: string, attr: Record<string, NodeAttribute> = {}): GraphNode => ({
  name,
  op,
  input: [],
  attr,
});
const graphOf = (...nodes: GraphNode[]): Graph => ({
  nodes,
  functions: [],
  weights: new Map(),
  signatures: {},
  producer: 1,
});

describe('operations that cannot be executed', () => {
  test('are all found at once, with the first nodes, the count and a workaround', () => {
    const graph: Graph = {
      ...graphOf(
        node('a', 'Relu'),
        ...['b', 'c', 'd', 'e', 'f'].map((name) => node(name, 'Svd')),
        node('g', 'DecodeWebP'),
      ),
      functions: [{ name: 'body', inputs: [], outputs: [], nodes: [node('h', 'VarHandleOp')], results: {} }],
      initializer: { nodes: [node('i', 'ReadFile')], outputs: {} },
    };
    const found = findUnsupportedOperations(graph);
    expect(found).toEqual([
      { operation: 'Svd', count: 5, nodes: ['b', 'c', 'd'], reason: 'is not computed by the server' },
      {
        operation: 'DecodeWebP',
        count: 1,
        nodes: ['g'],
        reason: 'is not computed by the server',
        wayRound: 'send JPEG, PNG, GIF or BMP, and decode it with tf.io.decode_image',
      },
      {
        operation: 'ReadFile',
        count: 1,
        nodes: ['i'],
        reason: 'is not computed by the server',
        wayRound: 'send its result as an input',
      },
      { operation: 'VarHandleOp', count: 1, nodes: ['body/h'], reason: 'is not computed by the server' },
    ]);
    expect(describeUnsupportedOperations(found)).toBe(
      'Svd is not computed by the server: b, c, d and 2 more; ' +
        'DecodeWebP is not computed by the server: g. A way round: send JPEG, PNG, GIF or BMP, and decode it with tf.io.decode_image; ' +
        'ReadFile is not computed by the server: i. A way round: send its result as an input; ' +
        'VarHandleOp is not computed by the server: body/h. A way round for the others: export a signature without it, ' +
        'or let --inputs and --outputs name the part of a frozen graph without it',
    );
  });

  test('include those that tfjs computes wrongly for some attribute', () => {
    const refused = [
      node('a', 'MaxPoolWithArgmax', { data_format: text('NCHW') }),
      node('c', 'AvgPool', { padding: text('EXPLICIT') }),
      node('m', 'MaxPool', { ksize: integers([1, 1, 1, 2]), strides: integers([1, 1, 1, 2]) }),
      node('i', 'MaxPool', { ksize: integers([1, 1, 1, 2]), strides: integers([1, 1, 1, 2]) }),
      node('n', 'AvgPool3D', { ksize: integers([2, 1, 1, 1, 1]) }),
      node('d', 'Conv2DBackpropInput', { dilations: integers([1, 2, 2, 1]) }),
      node('e', 'FusedDepthwiseConv2dNative', {
        dilations: integers([1, 2, 2, 1]),
        strides: integers([1, 2, 2, 1]),
      }),
      node('f', '_FusedConv2D', { fused_ops: textsValue(['Relu']) }),
      node('j', 'AvgPool', { ksize: integers([2, 1, 1, 1]), strides: integers([1, 1, 1, 1]) }),
      node('g', '_FusedMatMul', { fused_ops: textsValue(['BiasAdd', 'Tanh']) }),
      node('h', 'FusedDepthwiseConv2dNative', { fused_ops: textsValue(['BiasAdd', 'LeakyRelu']) }),
      node('m', 'ScatterNd', { bad_indices_policy: text('IGNORE') }),
      node('k', 'AddV2', { T: { type: 'DT_UINT32' } }),
      node('l', 'Cast', { SrcT: { type: 'DT_FLOAT' }, DstT: { type: 'DT_UINT64' } }),
    ];
    expect(findUnsupportedOperations(graphOf(...refused)).flatMap(({ nodes }) => nodes)).toEqual(
      refused.map(({ name }) => name),
    );
    const computed = [
      node('a', 'MaxPool', {
        data_format: text('NHWC'),
        padding: text('SAME'),
        ksize: integers([1, 2, 3, 1]),
        strides: integers([1, 2, 1, 1]),
      }),
      node('b', 'FusedBatchNormV3', { is_training: { b: true } }),
      node('c', 'Conv3D', { data_format: text('NDHWC') }),
      node('e', 'Conv2D', { dilations: integers([1, 2, 2, 1]), strides: integers([1, 2, 2, 1]) }),
      node('f', '_FusedConv2D', { fused_ops: textsValue(['BiasAdd', 'LeakyRelu']) }),
      node('g', 'DepthwiseConv2dNative', {
        dilations: integers([1, 2, 2, 1]),
        strides: integers([1, 2, 2, 1]),
      }),
      node('h', 'MaxPool', { ksize: integers([1, 2, 2, 1]), strides: integers([1, 2, 2, 1]) }),
      node('i', 'Div', { T: { type: 'DT_INT64' } }),
      node('j', 'Mod', { T: { type: 'DT_INT32' } }),
    ];
    expect(findUnsupportedOperations(graphOf(...computed))).toEqual([]);
  });
});
