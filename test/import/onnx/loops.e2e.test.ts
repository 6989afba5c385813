import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Edge, startEdge } from '../../fixtures/edge/edge.ts';
import { publishModel } from '../../fixtures/models/publish_directory.ts';
import { OnnxBuilder } from '../../fixtures/onnx/onnx_builder.ts';
import { TYPES } from '../../fixtures/onnx/onnx_messages.ts';
import { infer } from '../../fixtures/requests/raw_inference.ts';

let edge: Edge;
beforeAll(async () => {
  edge = await startEdge({ isolates: 1 });
});
afterAll(() => edge?.stop());

/** Each round appends its number to a list, and tells how long the list was before. */
function appending(): OnnxBuilder {
  const body = new OnnxBuilder(17, 1, 'body');
  const round = body.integerInput('round', []);
  const goesOn = body.input('goes_on', [], TYPES.BOOL);
  const list = body.integerInput('list', ['length']);
  const next = body.node('Unsqueeze', [round, body.integers([0])]);
  const longer = body.node('Concat', [list, next], { axis: 0 });
  const length = body.node('Shape', [list]);
  body.output(body.node('Identity', [goesOn]), [], TYPES.BOOL);
  body.integerOutput(longer, ['length']);
  body.integerOutput(length, [1]);
  return body;
}

test('a list grows from round to round, and each round sees how long it is', async () => {
  const b = new OnnxBuilder();
  const rounds = b.integerInput('rounds', []);
  const [list = '', lengths = ''] = b.nodeWith('Loop', [rounds, '', b.integers([7])], {
    attributes: { body: appending() },
    outputs: 2,
  });
  b.integerOutput(list, ['length']);
  b.integerOutput(lengths, ['rounds', 1]);
  await publishModel(edge.store, await b.write(), 'appending', '1');
  for (const count of [3, 5]) {
    const answer = await infer(edge.isolates[0], 'appending', {
      rounds: { shape: [], datatype: 'INT32', data: [count] },
    });
    if (answer.kind === 'refused') throw new Error(answer.message);
    const numbers = [...Array(count).keys()];
    expect(answer.outputs[list]?.data).toEqual([7, ...numbers]);
    expect(answer.outputs[lengths]?.data).toEqual(numbers.map((round) => round + 1));
  }
});
