import { DEFAULT_SIGNATURE } from '../../../../worker/model/default_signature.ts';
import { signatureOf } from '../../../accuracy/compare_answers.ts';
import { openGraph } from '../../../accuracy/computation.ts';
import type { Graph } from '../../../graph/graph.ts';
import { nodeName } from '../../../graph/graph_topology.ts';
import type { CalibrationExample } from '../../calibration_examples.ts';
import { chainSets } from '../chain_sets.ts';
import type { ChosenLayers } from '../choose_layers.ts';
import { computeInBytes } from '../compute_in_bytes.ts';
import { EnergyRatio } from './energy_ratio.ts';

/**
 * Measures what the bytes of each chain alone cost the outputs of a model: the ratio of the energy of the output that suffers most
 * to that of its error, in decibels. An operation behind a chain, such as a logarithm, may enlarge small errors.
 *
 * @returns the ratios by the names of the convolutions. Empty for a model of one chain, which it cannot do without
 */
export async function chainCosts(
  graph: Graph,
  { chains, filters }: ChosenLayers,
  examples: readonly CalibrationExample[],
): Promise<Map<string, number>> {
  const sets = chainSets(chains.steps);
  const convolutions = [...filters.keys()];
  const roots = new Set(convolutions.map((name) => sets.rootOf(name)));
  const costs = new Map<string, number>();
  if (roots.size < 2) return costs;
  const exact = await outputs(graph, examples);
  for (const root of roots) {
    const steps = chains.steps.filter(({ node }) => sets.rootOf(node.name) === root);
    const found = await outputs(computeInBytes(graph, { ...chains, steps }, filters), examples);
    const ratios = [...exact].map(([output, values]) => {
      const ratio = new EnergyRatio();
      ratio.add(values, found.get(output) ?? []);
      return ratio.decibels;
    });
    for (const name of convolutions) if (sets.rootOf(name) === root) costs.set(name, Math.min(...ratios));
  }
  return costs;
}

/** The outputs of floats of all examples, one behind the other. */
async function outputs(
  graph: Graph,
  examples: readonly CalibrationExample[],
): Promise<Map<string, number[]>> {
  const computation = await openGraph(graph);
  const values = new Map<string, number[]>();
  for (const { signature_name: name = DEFAULT_SIGNATURE, inputs } of examples) {
    const signature = signatureOf(graph.signatures, name);
    const nodes = Object.values(signature.outputs)
      .filter(({ dtype, name: tensor }) => dtype === 'float32' && !/:[1-9]/.test(tensor))
      .map((output) => nodeName(output.name));
    await computation.read(signature, inputs, [...new Set(nodes)], (node, tensor) => {
      values.set(node, [...(values.get(node) ?? []), ...Array.from(tensor.values)]);
    });
  }
  computation.dispose();
  return values;
}
