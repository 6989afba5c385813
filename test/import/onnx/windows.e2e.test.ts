import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Edge, startEdge } from '../../fixtures/edge/edge.ts';
import { publishModel } from '../../fixtures/models/publish_directory.ts';
import { OnnxBuilder } from '../../fixtures/onnx/onnx_builder.ts';
import { infer } from '../../fixtures/requests/raw_inference.ts';

let edge: Edge;
beforeAll(async () => {
  edge = await startEdge({ isolates: 1 });
});
afterAll(() => edge?.stop());

/** What a node gives for one row of one channel. */
async function answerOf(model: string, data: readonly number[], make: (b: OnnxBuilder, x: string) => string) {
  const b = new OnnxBuilder(22);
  const y = make(b, b.input('x', [1, 1, data.length]));
  b.output(y, [1, 1, 'length']);
  await publishModel(edge.store, await b.write(), model, '1');
  const answer = await infer(edge.isolates[0], model, {
    x: { shape: [1, 1, data.length], datatype: 'FP32', data },
  });
  if (answer.kind === 'refused') throw new Error(answer.message);
  return answer.outputs[y]?.data;
}

test('the norm of a window that reaches beyond the row is that of what it has', async () => {
  const pool = { kernel_shape: [2], strides: [2], ceil_mode: 1, p: 1 };
  const answer = await answerOf('norms', [1, 2, 3, 4, 5], (b, x) => b.node('LpPool', [x], pool));
  expect(answer).toEqual([3, 7, 5]);
});

test.each(['SAME_UPPER', 'SAME_LOWER'])(
  'what a transposed convolution does not reach is at the end (%s)',
  async (auto_pad) => {
    const attributes = { strides: [2], auto_pad };
    const answer = await answerOf(auto_pad.toLowerCase(), [3, 5], (b, x) =>
      b.node('ConvTranspose', [x, b.floats([1, 1, 1], [1])], attributes),
    );
    expect(answer).toEqual([3, 0, 5, 0]);
  },
);
