import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Edge, startEdge } from '../../fixtures/edge/edge.ts';
import { publishModel } from '../../fixtures/models/publish_directory.ts';
import { OnnxBuilder } from '../../fixtures/onnx/onnx_builder.ts';
import { nodeMessage } from '../../fixtures/onnx/onnx_messages.ts';
import { infer } from '../../fixtures/requests/raw_inference.ts';

let edge: Edge;
beforeAll(async () => {
  edge = await startEdge({ isolates: 1 });
});
afterAll(() => edge?.stop());

async function answerOf(model: string, b: OnnxBuilder, output: string, data: readonly number[]) {
  b.output(output, [data.length]);
  await publishModel(edge.store, await b.write(), model, '1');
  const answer = await infer(edge.isolates[0], model, {
    x: { shape: [data.length], datatype: 'FP32', data },
  });
  if (answer.kind === 'refused') throw new Error(answer.message);
  return answer.outputs[output]?.data;
}

test('an attribute of a call reaches a node in a branch within the function', async () => {
  const leaky = new OnnxBuilder(17, 1, 'leaky');
  leaky.output(leaky.node('LeakyRelu', ['a'], { alpha: { reference: 'slope' } }), [2]);
  const same = new OnnxBuilder(17, 1, 'same');
  same.output(same.node('Identity', ['a']), [2]);
  const b = new OnnxBuilder();
  b.function({
    name: 'leaky_if_large',
    inputs: ['a', 'least'],
    output: 'y',
    nodes: [
      nodeMessage('ReduceMax', ['a'], ['largest'], { attributes: { keepdims: 0 } }),
      nodeMessage('Greater', ['largest', 'least'], ['is_large']),
      nodeMessage('If', ['is_large'], ['y'], { attributes: { then_branch: leaky, else_branch: same } }),
    ],
  });
  const x = b.input('x', [2]);
  const [y = ''] = b.nodeWith('leaky_if_large', [x, b.scalar(1)], {
    domain: 'local',
    attributes: { slope: { float: 0.5 } },
  });
  expect(await answerOf('leaky', b, y, [-8, 2])).toEqual([-4, 2]);
});

test('a node calls the function of its overload', async () => {
  const b = new OnnxBuilder();
  for (const [overload, operator] of [
    ['plus', 'Abs'],
    ['minus', 'Neg'],
  ] as const) {
    b.function({
      name: 'turn',
      overload,
      inputs: ['a'],
      output: 'y',
      nodes: [nodeMessage(operator, ['a'], ['y'])],
    });
  }
  const x = b.input('x', [2]);
  const [plus = ''] = b.nodeWith('turn', [x], { domain: 'local', overload: 'plus' });
  const [minus = ''] = b.nodeWith('turn', [x], { domain: 'local', overload: 'minus' });
  // |x| - 10 x
  const y = b.node('Add', [plus, b.node('Mul', [minus, b.scalar(10)])]);
  expect(await answerOf('overloads', b, y, [-3, 2])).toEqual([33, -18]);
});
