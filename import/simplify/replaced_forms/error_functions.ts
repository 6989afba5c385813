import { float32Values } from '../../graph/float32_values.ts';
import type { Graph, Weight } from '../../graph/graph.ts';
import { hasControlInputs } from '../attributes.ts';
import { GraphRewrite } from '../graph_rewrite.ts';

/** The square root of a half, as float32. */
const ROOT: Weight = {
  dtype: 'float32',
  shape: [],
  byteLength: 4,
  read: async () => new Uint8Array(Float32Array.of(Math.SQRT1_2).buffer),
};

/**
 * Multiplies the argument of an error function by the root of a half where it is divided by the root of two, as PyTorch
 * exports GELU: plans compute GELU in this form in one step. The last digit of the argument may differ.
 */
export async function scaleErrorFunctions(graph: Graph): Promise<Graph> {
  const rewrite = new GraphRewrite(graph);
  for (const { op, input } of rewrite.nodes()) {
    const quotient = op === 'Erf' ? rewrite.soleProducer(input[0]) : undefined;
    if (quotient === undefined || (quotient.op !== 'RealDiv' && quotient.op !== 'Div')) continue;
    const [x, divisor] = quotient.input;
    const weight = rewrite.constant(divisor);
    if (x === undefined || weight === undefined || hasControlInputs(quotient)) continue;
    if (weight.dtype !== 'float32' || weight.quantized !== undefined || weight.shape.length > 0) continue;
    const [value = 0] = float32Values(await weight.read());
    if (Math.abs(value - Math.SQRT2) > 1e-6) continue;
    const root = rewrite.addConstant(`${quotient.name}/root`, ROOT);
    rewrite.replace({ ...quotient, op: 'Mul', input: [x, root] });
  }
  return rewrite.finish();
}
