import { DEFAULT_SIGNATURE } from '../../../../worker/model/default_signature.ts';
import { signatureOf } from '../../../accuracy/compare_answers.ts';
import { openGraph } from '../../../accuracy/computation.ts';
import type { Graph } from '../../../graph/graph.ts';
import { nodeName } from '../../../graph/graph_topology.ts';
import type { CalibrationExample } from '../../calibration_examples.ts';
import type { ChosenLayers } from '../choose_layers.ts';
import { extending } from '../compute_in_bytes.ts';
import { bytesOfFloats, convolveBytes, floatsOfBytes } from '../emit_steps.ts';
import { computable } from './computable.ts';
import { EnergyRatio } from './energy_ratio.ts';

/** A convolution beside its form in bytes, both computed from the same floats. */
interface IsolatedLayer {
  readonly name: string;
  /** The node whose floats the result in bytes stands for. */
  readonly exact: string;
  /** The node of the same floats, made of bytes. */
  readonly rounded: string;
}

/**
 * Measures what bytes cost each convolution alone: the ratio of the energy of its result to that of the error, in decibels, over
 * all examples.
 */
export async function signalToNoise(
  graph: Graph,
  layers: ChosenLayers,
  examples: readonly CalibrationExample[],
): Promise<Map<string, number>> {
  const isolated = isolate(graph, layers);
  const computation = await openGraph(isolated.graph);
  const ratios = new Map(isolated.layers.map(({ name }) => [name, new EnergyRatio()]));
  for (const { signature_name: name = DEFAULT_SIGNATURE, inputs } of examples) {
    const signature = signatureOf(graph.signatures, name);
    const fed = Object.values(signature.inputs).map((input) => nodeName(input.name));
    const reached = computable(isolated.graph, new Set(fed));
    const asked = isolated.layers.filter(({ exact, rounded }) => reached.has(exact) && reached.has(rounded));
    const values = new Map<string, ArrayLike<number>>();
    const nodes = asked.flatMap(({ exact, rounded }) => [exact, rounded]);
    await computation.read(signature, inputs, nodes, (node, tensor) => values.set(node, tensor.values));
    for (const layer of asked)
      ratios.get(layer.name)?.add(values.get(layer.exact) ?? [], values.get(layer.rounded) ?? []);
  }
  computation.dispose();
  return new Map([...ratios].map(([name, { decibels }]) => [name, decibels]));
}

function isolate(
  graph: Graph,
  { chains, filters }: ChosenLayers,
): { readonly graph: Graph; readonly layers: readonly IsolatedLayer[] } {
  const g = extending(graph);
  g.nodes.push(...graph.nodes);
  const layers: IsolatedLayer[] = [];
  for (const step of chains.steps) {
    const { name } = step.node;
    const [input = ''] = step.inputs;
    const [from, to, scales] = [chains.codes.get(input), chains.codes.get(name), filters.get(name)];
    if (step.kind !== 'convolution' || from === undefined || to === undefined || scales === undefined)
      continue;
    const behind = chains.merged.get(name);
    const rounded = `${name}/made_of_bytes`;
    g.within(name, () => {
      const x = bytesOfFloats(g, { ref: input, dtype: 'float32', shape: [] }, from);
      const target = { codes: to, activation: behind?.activation ?? step.activation };
      floatsOfBytes(g, rounded, convolveBytes(g, step, x, scales, target));
    });
    layers.push({ name, exact: behind?.node.name ?? name, rounded });
  }
  return { graph: { ...graph, nodes: g.nodes, weights: g.weights }, layers };
}
