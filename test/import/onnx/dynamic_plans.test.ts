import { GraphModel } from '@tensorflow/tfjs-converter';
import { type io, setBackend, type Tensor, tensor, tidy } from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, test } from 'vitest';
import { readOnnx } from '../../../import/onnx/read_onnx.ts';
import { simplify } from '../../../import/simplify/simplify.ts';
import { randomValues } from '../../fixtures/kernels/comparison.ts';
import { createNodeBackend, type NodeBackend } from '../../fixtures/kernels/node_backend.ts';
import { OnnxBuilder } from '../../fixtures/onnx/onnx_builder.ts';
import { graphArtifacts } from '../../fixtures/saved_model/run_graph.ts';
import { recordPlan } from '../../runtime/plan/recorded_plan.ts';

const FLOAT = 1;

let node: NodeBackend;
beforeAll(async () => {
  node = await createNodeBackend();
});

/** A dense layer as onnxruntime's quantize_dynamic writes it. */
function dense(b: OnnxBuilder, quantized: readonly string[], from: number, to: number): string {
  const [codes = '', scale = '', zero = ''] = quantized;
  const matrix = Array.from({ length: from * to }, () => Math.round(254 * b.random()) - 127);
  const weights = [b.int8(matrix, [from, to]), zero, b.int8([0], [])];
  const sums = b.node('MatMulInteger', [codes, ...weights]);
  const product = b.node('Mul', [
    b.node('Cast', [sums], { to: FLOAT }),
    b.node('Mul', [scale, b.scalar(0.01)]),
  ]);
  return b.node('Add', [product, b.weight([to], 1)]);
}

const quantized = (b: OnnxBuilder, x: string) => b.nodeWith('DynamicQuantizeLinear', [x], { outputs: 3 });

const [WIDTH, WIDE] = [40, 70];
/** Of a quantization: the smallest and the largest value, the scale, the divisor, and the zero. */
const NUMBERS = 13;
/** Of a dense layer: its scale, the product with it, and the bias. */
const SCALED = 3;

describe.each([1, 6])('a plan of %i rows that are quantized by one scale', (rows) => {
  test('multiplies their bytes, equal bit for bit to float32', async () => {
    const b = new OnnxBuilder(17);
    const given = quantized(b, b.input('x', [rows, WIDTH]));
    const positive = quantized(b, b.node('Relu', [dense(b, given, WIDTH, WIDE)]));
    const signed = quantized(b, dense(b, given, WIDTH, WIDE));
    b.output(b.node('Add', [dense(b, positive, WIDE, WIDTH), dense(b, signed, WIDE, WIDTH)]), [rows, WIDTH]);
    const imported = await readOnnx(await b.write());
    if (imported.kind !== 'read') throw new Error(imported.message);
    const { graph } = await simplify(imported.value.graph);
    await setBackend('wasm');
    const artifacts = await graphArtifacts(graph);
    const model = new GraphModel<io.IOHandlerSync>({ load: () => artifacts });
    model.load();
    const shape = [rows, WIDTH];
    const values = (seed: number) => randomValues(rows * WIDTH, seed, 3);
    const compute = (x: Tensor) => model.execute({ x });
    const recorded = recordPlan(node, compute, { shape, values: values(1) });
    try {
      // Three quantizations, four products with what scales them, a clamp and an addition.
      expect(recorded.plan.steps).toBe(3 * (NUMBERS + 1) + 4 * (1 + SCALED) + 2);
      expect(recorded.plan.isReordered).toBe(false);
      expect(recorded.plan.hasCopies).toBe(true);
      for (const seed of [2, 3]) {
        const outputs = () => [compute(tensor(values(seed), shape))].flat();
        const expected = tidy(() => outputs().map((each) => each.dataSync()));
        expect(recorded.run(values(seed))).toEqual(expected);
      }
    } finally {
      recorded.dispose();
      model.dispose();
    }
  });
});
