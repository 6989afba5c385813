import { describe, expect, test } from 'vitest';
import { readTopology } from '../../../worker/model/graph_topology.ts';
import { graphMatrices } from '../../../worker/runtime/weights/graph_matrices.ts';
import { layerMatrices } from '../../../worker/runtime/weights/layer_matrices.ts';
import { type MatrixRole, matrixLayout } from '../../../worker/runtime/weights/matrix_role.ts';

const matricesIn = (topology: unknown) => graphMatrices(readTopology(topology));

const constant = (name: string) => ({ name, op: 'Const' });
const node = (name: string, op: string, input: string[], attr: object = {}) => ({ name, op, input, attr });
const graph = (...nodes: object[]) => ({ node: [{ name: 'x', op: 'Placeholder' }, constant('w'), ...nodes] });

describe('which weights of a graph are matrices of products', () => {
  const roles: [string, object, MatrixRole][] = [
    ['Conv1D', {}, 'filter'],
    ['Conv2D', {}, 'filter'],
    ['_FusedConv2D', {}, 'filter'],
    ['MatMul', { transpose_b: { b: false } }, 'matrix'],
    ['_FusedMatMul', { transpose_b: { b: true } }, 'transposed matrix'],
    ['BatchMatMulV2', { adj_y: { b: true } }, 'transposed matrix'],
    ['BatchMatMul', {}, 'matrix'],
    ['Einsum', { equation: { s: btoa('ab, bc -> ac') } }, 'filter'],
    ['Einsum', { equation: { s: btoa('...cd,cde->...e') } }, 'filter'],
    ['Einsum', { equation: { s: btoa('abc,cde->abde') } }, 'table'],
  ];
  test.each(roles)('%s has a matrix', (op, attributes, role) => {
    expect([...matricesIn(graph(node('y', op, ['x', 'w'], attributes)))]).toEqual([['w', role]]);
  });

  test('where it is read under another name, and by several products alike', () => {
    const found = matricesIn(
      graph(
        node('read', 'Identity', ['w', '^x']),
        node('again', 'Identity', ['read:0']),
        node('y', 'MatMul', ['x', 'again']),
        node('z', 'MatMul', ['x', 'w']),
      ),
    );
    expect([...found]).toEqual([['w', 'matrix']]);
  });

  test('in functions', () => {
    const body = [constant('v'), node('y', 'MatMul', ['x', 'v:output:0'])];
    const found = matricesIn({ ...graph(), library: { function: [{ nodeDef: body }] } });
    expect([...found]).toEqual([['v', 'matrix']]);
  });

  test('and which ones are tables of which rows are taken', () => {
    for (const op of ['Gather', 'GatherV2']) {
      expect([...matricesIn(graph(node('y', op, ['w', 'x'])))]).toEqual([['w', 'table']]);
    }
    const both = [node('y', 'GatherV2', ['w', 'x']), node('z', 'MatMul', ['x', 'w'])];
    expect([...matricesIn(graph(...both))]).toEqual([]);
  });

  test.each([
    'ab,cb->ac',
    'ab,bc->ca',
    'ab,bc->abc',
    'aab,bc->ac',
    'ab,ab->a',
    'abc,bcde->ade',
    'ab->ba',
    '',
  ])('but not that of the equation "%s"', (equation) => {
    const attributes = { equation: { s: btoa(equation) } };
    expect([...matricesIn(graph(node('y', 'Einsum', ['x', 'w'], attributes)))]).toEqual([]);
  });

  const others: [string, object[]][] = [
    ['on the left', [node('y', 'MatMul', ['w', 'x'])]],
    ['on both sides', [node('y', 'MatMul', ['w', 'w'])]],
    ['anything else', [node('y', 'MatMul', ['x', 'w']), node('z', 'Add', ['x', 'w'])]],
    ['anything else by another name', [node('v', 'Identity', ['w']), node('z', 'Add', ['x', 'v'])]],
    ['a filter of each channel', [node('y', 'DepthwiseConv2dNative', ['x', 'w'])]],
    [
      'transposed for some',
      [node('y', 'MatMul', ['x', 'w']), node('z', 'MatMul', ['x', 'w'], { transpose_b: { b: true } })],
    ],
    ['computed', [node('v', 'Neg', ['w']), node('y', 'MatMul', ['x', 'v'])]],
    ['only waited for', [node('y', 'MatMul', ['x', 'x', '^w'])]],
    [
      'named in a circle',
      [node('a', 'Identity', ['b']), node('b', 'Identity', ['a']), node('y', 'Neg', ['a'])],
    ],
  ];
  test.each(others)('but not what is %s', (_, nodes) => {
    expect([...matricesIn(graph(...nodes))]).toEqual([]);
  });
});

describe('which weights of layers are matrices of products', () => {
  const layer = (class_name: string, name: string, config: object = {}) => ({
    class_name,
    config: { name, ...config },
  });
  const isMatrix = layerMatrices({
    model_config: layer('Model', 'model', {
      layers: [
        layer('Dense', 'dense'),
        layer('SeparableConv2D', 'separable'),
        layer('DepthwiseConv2D', 'depthwise'),
        layer('GRU', 'gru'),
        layer('Embedding', 'embedding'),
        layer('Sequential', 'inner', { layers: [layer('Conv2D', 'conv')] }),
        layer('Bidirectional', 'both', { layer: layer('LSTM', 'lstm') }),
        layer('TimeDistributed', 'each', { layer: layer('Conv1D', 'conv1d') }),
      ],
    }),
  });

  test.each([
    'dense/kernel',
    'dense/kernel:0',
    'separable/pointwise_kernel',
    'gru/kernel',
    'conv/kernel',
    'inner/conv/kernel',
    'both/forward_lstm/kernel',
    'both/backward_lstm/recurrent_kernel',
    'each/kernel',
  ])('%s is a matrix', (name) => {
    expect(isMatrix(name)).toBe(true);
  });

  test.each([
    'dense/bias',
    'separable/depthwise_kernel',
    'depthwise/kernel',
    'gru/recurrent_kernel',
    'embedding/embeddings',
    'both/forward_lstm/bias',
    'unknown/kernel',
    'kernel',
  ])('%s is not a matrix', (name) => {
    expect(isMatrix(name)).toBe(false);
  });
});

describe('the layout of a matrix', () => {
  const of = (shape: number[], role: MatrixRole) =>
    matrixLayout({ name: 'w', shape, dtype: 'float32' }, role);

  test('has the last dimension for its columns, or the one before where it is transposed', () => {
    expect(of([5, 7], 'matrix')).toEqual({ k: 5, n: 7, transposed: false });
    expect(of([1, 5, 7], 'transposed matrix')).toEqual({ k: 7, n: 5, transposed: true });
    expect(of([3, 3, 5, 7], 'filter')).toEqual({ k: 45, n: 7, transposed: false });
  });

  test('is undefined for a batch of matrices, a vector, an empty matrix and integers', () => {
    expect(of([2, 5, 7], 'matrix')).toBeUndefined();
    expect(of([5], 'filter')).toBeUndefined();
    expect(of([5, 0], 'filter')).toBeUndefined();
    expect(matrixLayout({ name: 'w', shape: [5, 7], dtype: 'int32' }, 'matrix')).toBeUndefined();
  });
});
