import { expect, test } from 'vitest';
import {
  expectSameAnswers,
  graph,
  PLANNED,
  shapeOf,
  varied,
  weight,
} from '../../../fixtures/worker/planned_graph.ts';

/** The attributes of a convolution that keeps the size of an image, or pads it by explicit numbers. */
const window = (dilationY: number, paddings?: readonly number[]) => ({
  strides: { list: { i: ['1', '1', '1', '1'] } },
  dilations: { list: { i: ['1', `${dilationY}`, '1', '1'] } },
  padding: { s: btoa(paddings === undefined ? 'SAME' : 'EXPLICIT') },
  explicit_paddings: { list: { i: (paddings ?? []).map(String) } },
  data_format: { s: btoa('NHWC') },
});

test('a plan expands an image as a whole if the lines between the taps of a filter have more than 2^32 bytes', async () => {
  // Only the middle tap is ever inside the image. All lines have 2^32 bytes and those of one line.
  const expanded = graph(
    [
      { name: 'wide', op: 'Conv2D', input: ['x', 'expansion'], attr: window(1) },
      { name: 'y', op: 'DepthwiseConv2dNative', input: ['wide', 'taps'], attr: window(2 ** 27) },
    ],
    { expansion: weight([1, 1, 3, 64]), taps: weight([3, 1, 64, 1]) },
  );
  const requests = [1, 2, 3].map((seed) => ({ x: varied([1, 70, 64, 3], seed) }));
  expect(await expectSameAnswers(expanded, requests, ['y'])).toEqual(PLANNED);
});

test("a plan does not use Winograd's algorithm if an image has more than 2^32 bytes with its padding, transformed", async () => {
  const [height, outWidth] = [65_409, 684];
  const padded = window(height - 1, [0, 0, 0, 0, outWidth / 2, outWidth / 2 + 1, 0, 0]);
  const convolution = graph(
    [
      { name: 'sums', op: 'Conv2D', input: ['x', 'filter'], attr: padded },
      { name: 'y', op: 'Mean', input: ['sums', 'axes'] },
    ],
    { filter: weight([2, 3, 16, 16]), axes: shapeOf(1, 2) },
  );
  const requests = [1, 2].map((seed) => ({ x: varied([1, height, 1, 16], seed) }));
  expect(await expectSameAnswers(convolution, requests, ['y'])).toEqual(PLANNED);
});
