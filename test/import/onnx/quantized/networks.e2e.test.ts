import { readFile } from 'node:fs/promises';
import path from 'node:path';
import * as v from 'valibot';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Edge, startEdge } from '../../../fixtures/edge/edge.ts';
import { publishModel } from '../../../fixtures/models/publish_directory.ts';
import { OnnxBuilder } from '../../../fixtures/onnx/onnx_builder.ts';
import { TYPES } from '../../../fixtures/onnx/onnx_messages.ts';
import { quantizedAnswer } from '../../../fixtures/onnx/quantized_arithmetic.ts';
import { type QuantizedForm, writeQuantized } from '../../../fixtures/onnx/quantized_forms.ts';
import { IMAGE_SHAPE, imageValues } from '../../../fixtures/onnx/quantized_network.ts';
import { infer } from '../../../fixtures/requests/raw_inference.ts';

let edge: Edge;
beforeAll(async () => {
  edge = await startEdge({ isolates: 1 });
});
afterAll(() => edge?.stop());

const CASES: readonly (readonly [QuantizedForm, 'int8' | 'uint8'])[] = [
  ['QDQ', 'int8'],
  ['QDQ', 'uint8'],
  ['simulated', 'int8'],
  ['simulated', 'uint8'],
  ['QLinear', 'int8'],
  ['QLinear', 'uint8'],
];

/**
 * By form and type, what ONNX Runtime 1.30 answered on x86 with its optimizations, in which QDQ becomes operators on integers. For
 * the image of each round.
 */
const KNOWN = v.parse(
  v.record(v.string(), v.array(v.array(v.number()))),
  JSON.parse(await readFile(path.join(import.meta.dirname, 'onnx_runtime_answers.json'), 'utf8')),
);

/** The executor answers first; then a plan is recorded, proven and used. */
const ROUNDS = 5;

test.each(CASES)('a network in the form %s of %s answers what ONNX Runtime does', async (form, type) => {
  const signed = type === 'int8';
  const model = `${form.toLowerCase()}-${type}`;
  await publishModel(edge.store, await writeQuantized(form, signed).write(), model, '1');
  for (let round = 0; round < ROUNDS; round++) {
    const data = imageValues(round);
    const answer = await infer(edge.isolates[0], model, {
      x: { shape: [...IMAGE_SHAPE], datatype: 'FP32', data },
    });
    if (answer.kind === 'refused') throw new Error(answer.message);
    const [given] = Object.values(answer.outputs).map((each) => each.data);
    expect(given).toEqual(quantizedAnswer(data, signed));
    expect(given).toEqual(KNOWN[`${form} ${type}`]?.[round]);
  }
});

test('a branch quantizes floats that the graph around it made of integers', async () => {
  const b = new OnnxBuilder(17);
  const [x, isAdded] = [b.input('x', [4]), b.input('is_added', [], TYPES.BOOL)];
  const by = [b.scalar(0.5), b.int8([3], [])];
  const floats = b.node('DequantizeLinear', [b.node('QuantizeLinear', [x, ...by]), ...by]);
  const branch = (prefix: string, compute: (inner: OnnxBuilder) => string): OnnxBuilder => {
    const inner = new OnnxBuilder(17, 11, prefix);
    const own = [inner.scalar(0.25), inner.int8([0], [])];
    const codes = inner.node('QuantizeLinear', [compute(inner), ...own]);
    inner.output(inner.node('DequantizeLinear', [codes, ...own]), [4]);
    return inner;
  };
  const attributes = {
    then_branch: branch('then_', (inner) => inner.node('Add', [floats, floats])),
    else_branch: branch('else_', (inner) => inner.node('Relu', [floats])),
  };
  const [y = ''] = b.nodeWith('If', [isAdded], { attributes });
  b.output(y, [4]);
  await publishModel(edge.store, await b.write(), 'branches', '1');
  const answerOf = async (added: boolean) => {
    const answer = await infer(edge.isolates[0], 'branches', {
      x: { shape: [4], datatype: 'FP32', data: [-3.1, 0.2, 0.3, 90] },
      is_added: { shape: [], datatype: 'BOOL', data: [added ? 1 : 0] },
    });
    if (answer.kind === 'refused') throw new Error(answer.message);
    return answer.outputs[y]?.data;
  };
  // In halves: -3, 0, 0.5, and 62, the largest of int8. In quarters, 31.75 is the largest.
  expect(await answerOf(true)).toEqual([-6, 0, 1, 31.75]);
  expect(await answerOf(false)).toEqual([0, 0, 0.5, 31.75]);
});
