import { add, multiply } from '../../builder/elementwise.ts';
import { type NodeBuilder, typeValue } from '../../builder/node_builder.ts';
import { centered, quantized } from '../../builder/quantized.ts';
import type { SymbolicTensor } from '../../builder/symbolic_tensor.ts';
import { withoutFusion } from '../fused_parts.ts';
import { integerWeight } from '../integer_weight.ts';
import { type Activation, activatedCodes, type ByteCodes } from './byte_codes.ts';
import type { FilterScales } from './quantize_filter.ts';
import type { Convolution } from './read_step.ts';

const { fround } = Math;

/** Bytes, as a tensor of floats, and what they stand for. */
export interface ByteTensor {
  readonly tensor: SymbolicTensor;
  readonly codes: ByteCodes;
}

/** Makes bytes of floats. */
export function bytesOfFloats(g: NodeBuilder, x: SymbolicTensor, codes: ByteCodes): ByteTensor {
  return { tensor: quantized(g, x, fround(1 / codes.scale), activatedCodes(codes, 'none')), codes };
}

/** Makes floats of bytes, in a node of this name. */
export function floatsOfBytes(g: NodeBuilder, name: string, { tensor, codes }: ByteTensor): void {
  scaledAs(g, name, centered(g, tensor, codes.zero), codes.scale);
}

/** Adds a node of this name that multiplies a tensor by a number. */
export function scaledAs(g: NodeBuilder, name: string, x: SymbolicTensor, scale: number): void {
  const factor = g.scalar(scale, 'float32');
  g.nodes.push({ name, op: 'Mul', input: [x.ref, factor.ref], attr: { T: typeValue('float32') } });
}

/** Convolves bytes to bytes: the sums of products of integers are exact, and are multiplied by one float for each channel. */
export function convolveBytes(
  g: NodeBuilder,
  { node, operation, filter, channels }: Convolution,
  x: ByteTensor,
  { scales, biases }: FilterScales,
  { codes, activation }: { readonly codes: ByteCodes; readonly activation: Activation },
): ByteTensor {
  const kernel = g.constant(
    'filter',
    integerWeight(filter, { scales, channelOf: (index) => index % channels }),
  );
  const products = g.node(
    operation,
    [centered(g, x.tensor, x.codes.zero), kernel],
    { shape: x.tensor.shape },
    withoutFusion(node),
  );
  const sums = add(g, products, g.floats([...biases]));
  const factors = [...scales].map((scale) => fround(fround(x.codes.scale * scale) / codes.scale));
  return { tensor: quantized(g, sums, g.floats(factors), activatedCodes(codes, activation)), codes };
}

/** Adds bytes of two scales. */
export function addBytes(
  g: NodeBuilder,
  terms: readonly ByteTensor[],
  { codes, activation }: { readonly codes: ByteCodes; readonly activation: Activation },
): ByteTensor {
  const [one, other] = terms.map(({ tensor, codes: { scale, zero } }) =>
    multiply(g, centered(g, tensor, zero), fround(scale / codes.scale)),
  );
  if (one === undefined || other === undefined) throw new Error('a sum has two terms');
  return { tensor: quantized(g, add(g, one, other), 1, activatedCodes(codes, activation)), codes };
}
