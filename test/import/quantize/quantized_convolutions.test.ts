import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type GraphComputation, openGraph } from '../../../import/accuracy/computation.ts';
import { float32Values } from '../../../import/graph/float32_values.ts';
import type { Graph } from '../../../import/graph/graph.ts';
import { observe } from '../../../import/quantize/static/calibration/observe.ts';
import { findChains } from '../../../import/quantize/static/chains.ts';
import { computeInBytes } from '../../../import/quantize/static/compute_in_bytes.ts';
import { quantizeFilter } from '../../../import/quantize/static/quantize_filter.ts';
import { readStep, type Step } from '../../../import/quantize/static/read_step.ts';
import { GraphRewrite } from '../../../import/simplify/graph_rewrite.ts';
import { simplify } from '../../../import/simplify/simplify.ts';
import { convolution, GraphBuilder } from '../../fixtures/graphs/graph_builder.ts';

const RUNS = { numRuns: Number(process.env.FUZZ_CASES ?? 40) };
const SIDE = 5;

/** A convolution of 3 x 3 with a bias and perhaps an activation. */
function network(
  seed: number,
  channels: number,
  filters: number,
  isDepthwise: boolean,
  activation: string,
): Graph {
  const g = new GraphBuilder(seed);
  const x = g.input([1, SIDE, SIDE, channels]);
  const filter = g.floats(isDepthwise ? [3, 3, channels, 1] : [3, 3, channels, filters]);
  const count = isDepthwise ? channels : filters;
  const sums = g.node(isDepthwise ? 'DepthwiseConv2dNative' : 'Conv2D', [x, filter], convolution(false));
  const biased = g.node('BiasAdd', [sums, g.floats([count])]);
  g.output(activation === '' ? biased : g.node(activation, [biased]));
  return g.graph(4);
}

/** The first output of a graph. */
async function compute(
  computation: GraphComputation,
  graph: Graph,
  x: unknown,
  node: string,
): Promise<number[]> {
  let result: number[] = [];
  const signature = graph.signatures.serving_default;
  if (signature === undefined) throw new Error('no signature');
  await computation.read(signature, { x }, [node], (_, { values }) => {
    result = Array.from(values);
  });
  return result;
}

function nested(values: readonly number[], shape: readonly number[]): unknown {
  const [size = 1, ...rest] = shape;
  if (rest.length === 0) return values;
  const step = values.length / size;
  return Array.from({ length: size }, (_, index) =>
    nested(values.slice(index * step, (index + 1) * step), rest),
  );
}

test('a convolution in bytes differs by no more than the roundings of its parts add up to', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.record({
        seed: fc.integer(),
        channels: fc.integer({ min: 1, max: 6 }),
        filters: fc.integer({ min: 1, max: 6 }),
        isDepthwise: fc.boolean(),
        activation: fc.constantFrom('', 'Relu', 'Relu6'),
        spread: fc.double({ min: 0.1, max: 30, noNaN: true }),
      }),
      async ({ seed, channels, filters, isDepthwise, activation, spread }) => {
        const float = network(seed, channels, filters, isDepthwise, activation);
        const { fused, step } = await fuse(float);
        const values = Array.from(
          { length: SIDE * SIDE * channels },
          (_, index) => spread * Math.sin(index * 12.9898 + seed),
        );
        const x = nested(values, [1, SIDE, SIDE, channels]);
        const computation = await openGraph(fused);
        const examples = [{ inputs: { x } }];
        const observed = await observe(fused, computation, ['x', step.node.name], examples);
        const chains = findChains(new GraphRewrite(fused), [step], observed, () => true);
        const [from, to] = [chains.codes.get('x'), chains.codes.get(step.node.name)];
        if (from === undefined || to === undefined || step.kind !== 'convolution')
          throw new Error('no codes');
        const weights = float32Values(await step.filter.read());
        const quantized = quantizeFilter(
          {
            values: weights,
            channels: step.channels,
            channelOf: (index) => index % step.channels,
            bias: step.bias && float32Values(await step.bias.read()),
            meanInputOf: () => 0,
          },
          from,
          to,
        );
        if (quantized.kind !== 'quantized') throw new Error(quantized.kind);
        const inBytes = computeInBytes(fused, chains, new Map([[step.node.name, quantized]]));
        const exact = await compute(computation, fused, x, step.node.name);
        const changed = await openGraph(inBytes);
        const found = await compute(changed, inBytes, x, step.node.name);
        const taps = weights.length / step.channels;
        const largest = Math.max(...values.map(Math.abs)) + from.scale;
        for (const [index, value] of exact.entries()) {
          const channel = index % step.channels;
          const scale = quantized.scales[channel] ?? 0;
          let magnitudes = 0;
          for (let at = channel; at < weights.length; at += step.channels)
            magnitudes += Math.abs(weights[at] ?? 0);
          // Each input is off by a step at most, each weight by half a step; then the bias and the result are rounded, and the
          // range of the result may end half a step early.
          const bound = magnitudes * from.scale + (taps * largest + from.scale) * (scale / 2) + to.scale;
          expect(Math.abs((found[index] ?? Number.NaN) - value)).toBeLessThanOrEqual(bound * 1.001 + 1e-5);
        }
        computation.dispose();
        changed.dispose();
      },
    ),
    RUNS,
  );
});

/** The network with a fused convolution, which is a step. */
async function fuse(float: Graph): Promise<{ readonly fused: Graph; readonly step: Step }> {
  const { graph: fused } = await simplify(float);
  const rewrite = new GraphRewrite(fused);
  const steps = fused.nodes.map((node) => readStep(rewrite, node));
  const step = steps.find((each) => each !== undefined && 'kind' in each && each.kind === 'convolution');
  if (step === undefined || 'reason' in step) throw new Error('no convolution');
  return { fused, step };
}
