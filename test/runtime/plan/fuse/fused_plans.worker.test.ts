import { describe, expect, test } from 'vitest';
import { wasmBackend } from '../../../../worker/runtime/backend/backend.ts';
import {
  expectSameAnswers,
  float,
  graph,
  PLANNED,
  requests,
  shapeOf,
  varied,
  weight,
} from '../../../fixtures/worker/planned_graph.ts';

/** The attributes of a convolution with stride 1 that keeps the size. */
const attr = {
  strides: { list: { i: ['1', '1', '1', '1'] } },
  dilations: { list: { i: ['1', '1', '1', '1'] } },
  padding: { s: btoa('SAME') },
  data_format: { s: btoa('NHWC') },
};

describe('a plan of fewer calls answers as the executor does', () => {
  test('where batch norm and a clamp follow convolutions', async () => {
    const normalized = (from: string, name: string, channels: number) => ({
      weights: Object.fromEntries(
        ['scale', 'offset', 'mean', 'variance'].map((part, index) => [
          `${name}/${part}`,
          {
            ...weight([channels]),
            values: Array.from({ length: channels }, (_, i) => 0.2 + index / 3 + i / 9),
          },
        ]),
      ),
      nodes: [
        {
          name: `${name}/norm`,
          op: 'FusedBatchNormV3',
          input: [from, ...['scale', 'offset', 'mean', 'variance'].map((part) => `${name}/${part}`)],
          attr: { epsilon: { f: 0.001 }, data_format: { s: btoa('NHWC') }, is_training: { b: false } },
        },
        { name, op: 'Relu6', input: [`${name}/norm`] },
      ],
    });
    const parts = [normalized('wide', 'a', 11), normalized('deep', 'b', 11), normalized('narrow', 'c', 3)];
    const convolutions = graph(
      [
        { name: 'wide', op: 'Conv2D', input: ['x', 'wideFilter'], attr },
        ...(parts[0]?.nodes ?? []),
        { name: 'deep', op: 'DepthwiseConv2dNative', input: ['a', 'deepFilter'], attr },
        ...(parts[1]?.nodes ?? []),
        { name: 'narrow', op: 'Conv2D', input: ['b', 'narrowFilter'], attr },
        ...(parts[2]?.nodes ?? []),
      ],
      {
        wideFilter: weight([3, 3, 2, 11]),
        deepFilter: weight([3, 3, 11, 1]),
        narrowFilter: weight([1, 1, 11, 3]),
        ...Object.assign({}, ...parts.map(({ weights }) => weights)),
      },
    );
    const requests = [1, 2, 3, 4].map((seed) => ({ x: varied([1, 5, 5, 2], seed) }));
    expect(await expectSameAnswers(convolutions, requests, ['c'], 1e-5)).toEqual(PLANNED);
  });

  test('where one filter is used with several normalizations, and holds no copy for each', async () => {
    const uses = Array.from({ length: 120 }, (_, index) => index);
    const parameters = (use: number) =>
      ['scale', 'offset', 'mean', 'variance'].map((part) => `${part}${use % 2}`);
    const shared = graph(
      uses.flatMap((use) => [
        { name: `conv${use}`, op: 'Conv2D', input: [use === 0 ? 'x' : `y${use - 1}`, 'filter'], attr },
        {
          name: `norm${use}`,
          op: 'FusedBatchNormV3',
          input: [`conv${use}`, ...parameters(use)],
          attr: { epsilon: { f: 0.001 }, data_format: { s: btoa('NHWC') }, is_training: { b: false } },
        },
        { name: `y${use}`, op: 'Relu6', input: [`norm${use}`] },
      ]),
      {
        filter: weight([1, 1, 256, 256]),
        ...Object.fromEntries(
          [0, 1].flatMap(parameters).map((name) => {
            const values = Array.from({ length: 256 }, (_, index) => 0.5 + (index % 5) / 10);
            return [name, { dtype: 'float32' as const, shape: [256], values }];
          }),
        ),
      },
    );
    const before = (await wasmBackend()).wasm.HEAPU8.length;
    const asked = [1, 2, 3, 4].map((seed) => ({ x: varied([1, 2, 2, 256], seed) }));
    expect(await expectSameAnswers(shared, asked, ['y119'], 1e-4)).toEqual(PLANNED);
    // One copy per normalization would take thirty megabytes.
    expect((await wasmBackend()).wasm.HEAPU8.length - before).toBeLessThan(6e6);
  });

  test('where numbers are not finite, or almost not finite', async () => {
    const wide = graph([{ name: 'y', op: 'Conv2D', input: ['x', 'filter'], attr }], {
      filter: weight([1, 3, 16, 16]),
    });
    const image = (first: number, seed: number) => {
      const { shape, values } = varied([1, 1, 8, 16], seed);
      return { x: float(shape, [first, ...Array.from(values, Number).slice(1)]) };
    };
    const asked = [0.5, 0.25, 0.75, Number.NaN, Number.POSITIVE_INFINITY, 3e38, -1e35].map(image);
    expect(await expectSameAnswers(wide, asked, ['y'], 1e-5)).toEqual(PLANNED);
  });

  test('where a layer normalization comes in pieces', async () => {
    const keep = { keep_dims: { b: true } };
    const normalization = graph(
      [
        { name: 'mean', op: 'Mean', input: ['x', 'axis'], attr: keep },
        { name: 'squares', op: 'SquaredDifference', input: ['x', 'mean'] },
        { name: 'variance', op: 'Mean', input: ['squares', 'axis'], attr: keep },
        { name: 'stable', op: 'AddV2', input: ['variance', 'epsilon'] },
        { name: 'root', op: 'Rsqrt', input: ['stable'] },
        { name: 'factor', op: 'Mul', input: ['root', 'gamma'] },
        { name: 'scaled', op: 'Mul', input: ['x', 'factor'] },
        { name: 'moved', op: 'Mul', input: ['mean', 'factor'] },
        { name: 'shift', op: 'Sub', input: ['beta', 'moved'] },
        { name: 'y', op: 'AddV2', input: ['scaled', 'shift'] },
      ],
      {
        axis: shapeOf(-1),
        epsilon: { dtype: 'float32', shape: [], values: [1e-3] },
        gamma: weight([11]),
        beta: weight([11]),
      },
    );
    expect(await expectSameAnswers(normalization, requests([2, 3, 11]), ['y'], 1e-5)).toEqual(PLANNED);
    expect(await expectSameAnswers(normalization, requests([2, 3, 11]), ['variance', 'y'])).toEqual(PLANNED);
  });

  test('where a sum with cancellation differs in another order', async () => {
    const keep = { keep_dims: { b: true } };
    const canceling = graph(
      [
        { name: 'mean', op: 'Mean', input: ['x', 'axis'], attr: keep },
        { name: 'squares', op: 'SquaredDifference', input: ['x', 'mean'] },
        { name: 'variance', op: 'Mean', input: ['squares', 'axis'], attr: keep },
        { name: 'stable', op: 'AddV2', input: ['variance', 'epsilon'] },
        { name: 'root', op: 'Rsqrt', input: ['stable'] },
        { name: 'scaled', op: 'Mul', input: ['x', 'root'] },
        { name: 'moved', op: 'Mul', input: ['mean', 'root'] },
        { name: 'y', op: 'Sub', input: ['scaled', 'moved'] },
      ],
      { axis: shapeOf(-1), epsilon: { dtype: 'float32', shape: [], values: [1e-12] } },
    );
    // All values of a row are equal, so its normalized values are rounding errors, multiplied by a million.
    const rows = [0.1, 0.3, 0.7, 1.1].map((value) => ({ x: float([2, 11], Array(22).fill(value)) }));
    expect(await expectSameAnswers(canceling, rows, ['y'])).toEqual(PLANNED);
  });

  test('where an expansion is too large to be kept whole', async () => {
    const strided = { ...attr, strides: { list: { i: ['1', '2', '2', '1'] } } };
    const expansion = graph(
      [
        { name: 'wide', op: 'Conv2D', input: ['x', 'filter'], attr },
        { name: 'relu', op: 'Relu6', input: ['wide'] },
        { name: 'y', op: 'DepthwiseConv2dNative', input: ['relu', 'taps'], attr: strided },
      ],
      { filter: weight([1, 1, 3, 72]), taps: weight([3, 3, 72, 1]) },
    );
    expect(await expectSameAnswers(expansion, requests([1, 64, 64, 3]), ['y'])).toEqual(PLANNED);
    expect(await expectSameAnswers(expansion, requests([1, 64, 64, 3]), ['relu', 'y'])).toEqual(PLANNED);
  });
});
