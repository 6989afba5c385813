import { openGraph } from '../../accuracy/computation.ts';
import { counted } from '../../count_progress.ts';
import type { Graph } from '../../graph/graph.ts';
import type { GraphRewrite } from '../../simplify/graph_rewrite.ts';
import { inOrder } from '../../simplify/shapes/known_shapes.ts';
import type { CalibrationExample } from '../calibration_examples.ts';
import { chainCosts } from './calibration/chain_costs.ts';
import { signalToNoise } from './calibration/isolated_layers.ts';
import { observe } from './calibration/observe.ts';
import { LayerChoice } from './choose_layers.ts';
import { computeInBytes } from './compute_in_bytes.ts';
import { readStep, type Step } from './read_step.ts';

/** Below this ratio of signal to noise, in decibels, a layer stays in floats. */
const LEAST_DECIBELS = 20;
/** Below this one, of an output of the model with the bytes of one chain, that chain does. */
const LEAST_OUTPUT_DECIBELS = 20;
/** Errors of so many examples tell which layers are sensitive. */
const MOST_COMPARED = 4;

/** The nodes that can be computed in bytes, each after those that it reads. */
export interface ByteSteps {
  readonly steps: readonly Step[];
  /** Why other convolutions cannot, by name. */
  readonly refused: ReadonlyMap<string, string>;
}

export interface QuantizedConvolutions {
  readonly graph: Graph;
  /** The names of the convolutions in bytes. */
  readonly inBytes: readonly string[];
  /** Why each other convolution stays in floats, by name. */
  readonly inFloats: ReadonlyMap<string, string>;
  /** Those of them that bytes would cost too much accuracy. */
  readonly lossy: ReadonlySet<string>;
}

export function readSteps(rewrite: GraphRewrite): ByteSteps {
  const steps: Step[] = [];
  const refused = new Map<string, string>();
  for (const node of inOrder(rewrite)) {
    const step = readStep(rewrite, node);
    if (step !== undefined && 'reason' in step) refused.set(node.name, step.reason);
    else if (step !== undefined) steps.push(step);
  }
  return { steps, refused };
}

/**
 * Computes the convolutions of a graph in bytes, with what lies between them. The ranges of activations are those on the examples.
 * A convolution stays in floats if bytes cost it too much accuracy or time.
 */
export async function quantizeConvolutions(
  graph: Graph,
  rewrite: GraphRewrite,
  { steps, refused }: ByteSteps,
  examples: readonly CalibrationExample[],
  onProgress: (text: string) => void,
): Promise<QuantizedConvolutions> {
  onProgress(`Measuring the ranges of activations; examples: ${examples.length}`);
  const names = new Set(steps.flatMap(({ node, inputs }) => [node.name, ...inputs]));
  const computation = await openGraph(graph);
  const observed = await observe(
    graph,
    computation,
    [...names],
    counted(examples, 'Measuring the ranges of activations; example', onProgress),
  );
  computation.dispose();
  const choice = new LayerChoice(rewrite, steps, observed);
  const first = await choice.choose(refused);
  onProgress('Measuring what bytes cost each layer');
  const compared = examples.slice(0, MOST_COMPARED);
  const lossyLayers = below(
    LEAST_DECIBELS,
    first.filters.size === 0 ? [] : await signalToNoise(graph, first, compared),
  );
  const second = lossyLayers.size === 0 ? first : await choice.choose(new Map([...refused, ...lossyLayers]));
  const lossyChains = below(LEAST_OUTPUT_DECIBELS, await chainCosts(graph, second, compared));
  const lossy = new Map([...lossyLayers, ...lossyChains]);
  const chosen = lossyChains.size === 0 ? second : await choice.choose(new Map([...refused, ...lossy]));
  return {
    graph: computeInBytes(graph, chosen.chains, chosen.filters),
    inBytes: [...chosen.filters.keys()],
    inFloats: chosen.inFloats,
    lossy: new Set(lossy.keys()),
  };
}

/** The reasons why layers with less decibels stay in floats. */
function below(
  least: number,
  ratios: Iterable<readonly [name: string, decibels: number]>,
): Map<string, string> {
  return new Map(
    [...ratios].flatMap(([name, decibels]): [string, string][] =>
      // Also of what is not a number.
      decibels >= least
        ? []
        : [[name, `bytes would cost too much: the signal is ${decibels.toFixed(0)} decibels over the noise`]],
    ),
  );
}
