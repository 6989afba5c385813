import * as v from 'valibot';
import { biased, einsum } from '../../../builder/products.ts';
import { rank, withMask } from '../../../builder/symbolic_tensor.ts';
import { type Built, defineLayer, type LayerDefinition, onlyInput } from '../layer_definition.ts';
import { openSize } from './core.ts';

const size = v.nullable(v.number());

/** Labels for the dimensions that dots stand for: those that the equation does not use. */
function withoutDots(equation: string, dimensions: number): string {
  const free = [...'zyxwvutsrqponmlkjihgfedcbaZYXWVUTSRQPONMLKJIHGFEDCBA'].filter(
    (letter) => !equation.includes(letter),
  );
  return equation.replaceAll('...', free.slice(0, dimensions).join(''));
}

const EINSUM_DENSE = defineLayer(
  {
    equation: v.pipe(v.string(), v.regex(/^(\.\.\.)?\w*,\w+->(\.\.\.)?\w*$/, 'is not understood')),
    output_shape: v.union([size, v.array(size)], 'is no shape'),
    bias_axes: v.nullish(v.string(), null),
  },
  (call, { equation: written, output_shape: target, bias_axes: biasAxes }): Built => {
    const { g, weights, layer, activations } = call;
    const x = onlyInput(call);
    const named = written.split(',')[0]?.replace('...', '').length ?? 0;
    const equation = withoutDots(written, rank(x) - named);
    const [input = '', weight = '', output = ''] = equation.split(/,|->/);
    if (input.length !== rank(x))
      return `layer ${layer.className} with equation "${written}", which does not fit`;
    const outputSizes = [target].flat();
    const sizes = new Map<string, number | null>();
    for (const [index, label] of [...output].entries()) {
      sizes.set(label, outputSizes.at(index - output.length) ?? null);
    }
    for (const [axis, label] of [...input].entries()) sizes.set(label, x.shape[axis] ?? null);
    const kernel = [...weight].map((label) => sizes.get(label) ?? null).filter((each) => each !== null);
    const firstBias = Math.min(...[...(biasAxes ?? '')].map((label) => output.indexOf(label)));
    const biasSizes = [...output.slice(firstBias)]
      .map((label) => (biasAxes?.includes(label) ? (sizes.get(label) ?? null) : 1))
      .filter((each) => each !== null);
    if (kernel.length < weight.length || firstBias < 0) return openSize(call);
    const shape = [...output].map((label) => sizes.get(label) ?? null);
    const y = einsum(g, equation, [x, weights.get('kernel', kernel)], shape);
    const shifted = biased(g, y, biasAxes === null ? undefined : weights.get('bias', biasSizes));
    return withMask(activations.activation?.(g, shifted) ?? shifted, undefined);
  },
  { activations: ['activation'] },
);

export const EINSUM: Readonly<Record<string, LayerDefinition>> = { EinsumDense: EINSUM_DENSE };
