import { describe, expect, test } from 'vitest';
import { openGraph } from '../../../import/accuracy/computation.ts';
import type { Graph } from '../../../import/graph/graph.ts';
import { nodeName } from '../../../import/graph/graph_topology.ts';
import { readOnnx } from '../../../import/onnx/read_onnx.ts';
import type { CalibrationExample } from '../../../import/quantize/calibration_examples.ts';
import { observe } from '../../../import/quantize/static/calibration/observe.ts';
import { LayerChoice } from '../../../import/quantize/static/choose_layers.ts';
import { computeInBytes } from '../../../import/quantize/static/compute_in_bytes.ts';
import { readSteps } from '../../../import/quantize/static/quantize_convolutions.ts';
import { GraphRewrite } from '../../../import/simplify/graph_rewrite.ts';
import { simplify } from '../../../import/simplify/simplify.ts';
import { imageNetwork, NETWORKS } from '../../fixtures/onnx/networks.ts';

/** Images with channels first, as PyTorch has them. */
function images(batch: number, seed: number): CalibrationExample {
  const size = (count: number) => Array.from({ length: count }, (_, index) => index);
  const value = (image: number, channel: number, y: number, x: number): number =>
    Math.sin(12.9898 * (y + 1) * (seed + image + 1) + 4.1414 * (x + 1) + channel);
  return {
    inputs: {
      images: size(batch).map((n) =>
        size(3).map((c) => size(32).map((y) => size(32).map((x) => value(n, c, y, x)))),
      ),
    },
  };
}

/** How many steps of each kind are computed in bytes, whether that wins time or not. No convolution of these networks stays in floats. */
const IN_BYTES: Readonly<Record<string, Readonly<Record<string, number>>>> = {
  'a residual network': { convolution: 6, sum: 2, activation: 2, mean: 1 },
  'inverted residuals': { convolution: 7, sum: 1, mean: 1 },
  'squeeze and excitation by convolutions, and hard swish': { convolution: 4, mean: 1 },
  'squeeze and excitation by dense layers': { convolution: 2, mean: 2 },
  'an encoder and a decoder with joined features': { convolution: 3, movement: 1 },
  'fire modules': { convolution: 8, concatenation: 2, mean: 1 },
  'shuffled halves': { convolution: 5, movement: 1 },
  'dense blocks': { convolution: 4 },
  'heads of a detector': { convolution: 4 },
  'slopes and scales for each channel': { convolution: 3, mean: 1 },
  'patches as a sequence': { convolution: 1 },
  'classes of pixels': { convolution: 2 },
  'normalized instances and pixels from channels': { convolution: 3, mean: 1, movement: 3 },
};

async function answer(graph: Graph, { inputs }: CalibrationExample): Promise<number[]> {
  const [signature] = Object.values(graph.signatures);
  const [output] = Object.values(signature?.outputs ?? {});
  if (signature === undefined || output === undefined) throw new Error('no signature');
  const computation = await openGraph(graph);
  let values: number[] = [];
  await computation.read(signature, inputs, [nodeName(output.name)], (_, tensor) => {
    values = Array.from(tensor.values);
  });
  computation.dispose();
  return values;
}

describe('whole networks in bytes', () => {
  test.each(Object.keys(NETWORKS))('%s', async (name) => {
    const imported = await readOnnx(await imageNetwork(name, 'batch').write());
    if (imported.kind !== 'read') throw new Error(imported.message);
    const { graph } = await simplify(imported.value.graph);
    const rewrite = new GraphRewrite(graph);
    const { steps, refused } = readSteps(rewrite);
    const computation = await openGraph(graph);
    const names = new Set(steps.flatMap(({ node, inputs }) => [node.name, ...inputs]));
    const observed = await observe(
      graph,
      computation,
      [...names],
      [1, 2].map((seed) => images(1, seed)),
    );
    computation.dispose();
    const chosen = await new LayerChoice(rewrite, steps, observed, () => []).choose(refused);
    const { graph: quantized } = await simplify(computeInBytes(graph, chosen.chains, chosen.filters));
    expect(chosen.inFloats).toEqual(new Map());
    const kinds = new Map<string, number>();
    for (const { kind } of chosen.chains.steps) kinds.set(kind, (kinds.get(kind) ?? 0) + 1);
    expect(Object.fromEntries(kinds)).toEqual(IN_BYTES[name]);
    // What a ReLU behind a sum cuts off has no codes.
    for (const name of chosen.chains.merged.keys()) expect(chosen.chains.codes.get(name)?.zero).toBe(-128);

    const given = images(2, 3);
    const [expected, found] = [await answer(graph, given), await answer(quantized, given)];
    const energy = (values: readonly number[]) => values.reduce((sum, value) => sum + value * value, 0);
    const noise = energy(expected.map((value, index) => value - (found[index] ?? Number.NaN)));
    expect(found).toHaveLength(expected.length);
    expect(10 * Math.log10(energy(expected) / noise)).toBeGreaterThan(20);
  });
});
