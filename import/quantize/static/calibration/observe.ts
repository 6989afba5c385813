import { DEFAULT_SIGNATURE } from '../../../../worker/model/default_signature.ts';
import { signatureOf } from '../../../accuracy/compare_answers.ts';
import type { GraphComputation } from '../../../accuracy/computation.ts';
import type { Graph } from '../../../graph/graph.ts';
import { nodeName } from '../../../graph/graph_topology.ts';
import type { CalibrationExample } from '../../calibration_examples.ts';
import type { Observed } from '../chains.ts';
import { computable } from './computable.ts';
import { ValueHistogram } from './value_histogram.ts';

/**
 * Computes a graph on examples and returns the ranges of the tensors of nodes, as far as the signatures of the examples reach
 * them. A tensor with values that are not finite is left out.
 *
 * @param nodes the names of the nodes
 */
export async function observe(
  graph: Graph,
  computation: GraphComputation,
  nodes: readonly string[],
  examples: Iterable<CalibrationExample>,
): Promise<Map<string, Observed>> {
  const histograms = new Map<string, ValueHistogram>();
  const shapes = new Map<string, readonly number[]>();
  const means = new Map<string, ChannelMeans>();
  for (const { signature_name: name = DEFAULT_SIGNATURE, inputs } of examples) {
    const signature = signatureOf(graph.signatures, name);
    const fed = Object.values(signature.inputs).map((input) => nodeName(input.name));
    const reached = computable(graph, new Set(fed));
    const asked = nodes.filter((node) => reached.has(node));
    await computation.read(signature, inputs, asked, (node, { shape, values }) => {
      const histogram = histograms.get(node) ?? new ValueHistogram();
      histogram.add(values);
      histograms.set(node, histogram);
      if (!shapes.has(node)) shapes.set(node, shape);
      const channels = means.get(node) ?? new ChannelMeans(shape.at(-1) ?? 1);
      channels.add(values);
      means.set(node, channels);
    });
  }
  return new Map(
    [...histograms].flatMap(([node, histogram]): [string, Observed][] => {
      const range = histogram.range();
      const [shape, channels] = [shapes.get(node), means.get(node)];
      if (range === undefined || shape === undefined || channels === undefined) return [];
      return [[node, { ...range, shape, means: channels.means() }]];
    }),
  );
}

class ChannelMeans {
  readonly #sums: Float64Array;
  #count = 0;

  constructor(channels: number) {
    this.#sums = new Float64Array(channels);
  }

  add(values: ArrayLike<number>): void {
    const channels = this.#sums.length;
    for (let index = 0; index < values.length; index++) {
      const channel = index % channels;
      this.#sums[channel] = (this.#sums[channel] ?? 0) + (values[index] ?? 0);
    }
    this.#count += values.length / channels;
  }

  means(): Float64Array {
    return this.#sums.map((sum) => sum / Math.max(this.#count, 1));
  }
}
