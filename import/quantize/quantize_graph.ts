import type { Graph, Weight } from '../graph/graph.ts';
import { type Imported, read, unsupported } from '../import_result.ts';
import { GraphRewrite } from '../simplify/graph_rewrite.ts';
import { simplify } from '../simplify/simplify.ts';
import type { CalibrationExample } from './calibration_examples.ts';
import { quantizeDynamicProducts } from './dynamic_products.ts';
import { quantizeConvolutions, readSteps } from './static/quantize_convolutions.ts';
import { storeWeightsInBytes } from './weights_in_bytes.ts';

/** What of a model is computed in bytes. Layers have the names of their nodes in the graph. */
export interface IntegerReport {
  /** The convolutions whose weights, input and result are bytes. */
  readonly inBytes: readonly string[];
  /** The products of matrices whose weights are bytes, and whose rows become bytes while a request is computed. */
  readonly rowsInBytes: readonly string[];
  /** The products of floats with weights that are stored in bytes. */
  readonly weightsInBytes: readonly string[];
  /** The other convolutions. */
  readonly inFloats: readonly { readonly layer: string; readonly reason: string }[];
}

/** Returns the examples of a model of these signatures. Without `areNeeded`, there may be none. */
export type FindExamples = (
  signatures: Graph['signatures'],
  areNeeded: boolean,
) => Promise<Imported<readonly CalibrationExample[]>>;

/** A quantized graph, and the examples it was calibrated on. */
export interface QuantizedGraph {
  readonly graph: Graph;
  readonly report: IntegerReport;
  readonly examples: readonly CalibrationExample[];
}

/**
 * Computes the convolutions of a simplified float graph in bytes, and stores the matrices of its other products in bytes. Inputs and
 * outputs stay what they are.
 *
 * @param examples returns examples, which only a graph with convolutions needs
 */
export async function quantizeGraph(
  graph: Graph,
  examples: FindExamples,
  onProgress: (text: string) => void = () => undefined,
): Promise<Imported<QuantizedGraph>> {
  if ([...graph.weights.values()].some(isOfIntegers))
    return unsupported('is quantized already: publish it without --quantize');
  const rewrite = new GraphRewrite(graph);
  const steps = readSteps(rewrite);
  const hasConvolutions = steps.steps.some(({ kind }) => kind === 'convolution');
  const calibration = await examples(graph.signatures, hasConvolutions);
  if (calibration.kind !== 'read') return calibration;
  const {
    inBytes,
    inFloats,
    lossy,
    graph: convolved,
  } = hasConvolutions
    ? await quantizeConvolutions(graph, rewrite, steps, calibration.value, onProgress)
    : { graph, inBytes: [], inFloats: steps.refused, lossy: new Set<string>() };
  const multiplied = await quantizeDynamicProducts(convolved, (name) => lossy.has(name));
  const rowsInBytes = multiplied.products;
  const { products, graph: stored } = await storeWeightsInBytes(
    multiplied.graph,
    ({ name }) => !lossy.has(name),
  );
  if (inBytes.length + rowsInBytes.length + products.length === 0) {
    const [reason] = inFloats.values();
    return unsupported(
      `has no convolution or product that could be computed in bytes${reason === undefined ? '' : `: ${reason}`}; publish it without --quantize`,
    );
  }
  const withBytes = new Set(products);
  const { graph: quantized } = await simplify(stored);
  const others = [...inFloats].filter(([layer]) => !withBytes.has(layer));
  return read({
    graph: quantized,
    report: {
      inBytes,
      rowsInBytes,
      weightsInBytes: products,
      inFloats: others.map(([layer, reason]) => ({ layer, reason })),
    },
    examples: calibration.value,
  });
}

/** Returns a graph whose weights are floats, where the source stores approximations of floats in fewer bits. */
export function withFloatWeights(graph: Graph): Graph {
  const weights = [...graph.weights].map(([name, weight]): [string, Weight] => {
    const { dtype, shape, byteLength, quantized } = weight;
    const isRounded = dtype === 'float32' && quantized !== undefined && !isOfIntegers(weight);
    return [name, isRounded ? { dtype, shape, byteLength, read: () => weight.read() } : weight];
  });
  return { ...graph, weights: new Map(weights) };
}

/** Integers of a quantized model are stored as they are. */
function isOfIntegers({ dtype, quantized }: Weight): boolean {
  const form = quantized?.quantization;
  return dtype === 'float32' && form !== undefined && form.dtype !== 'float16' && form.scale === 1;
}
