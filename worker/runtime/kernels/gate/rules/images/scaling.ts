import type { KernelCall } from '../../kernel_call.ts';

const KERNELS = [
  'box',
  'gaussian',
  'keyscubic',
  'lanczos1',
  'lanczos3',
  'lanczos5',
  'mitchellcubic',
  'triangle',
] as const;

/** How pixels are weighed by their distance. */
export type SamplingKernel = (typeof KERNELS)[number];

export function isSamplingKernel(name: string | undefined): name is SamplingKernel {
  return KERNELS.some((kernel) => kernel === name);
}

/** How much larger images become, and how far they move, along the height and the width. */
export function scaling(call: KernelCall): {
  readonly scales: readonly number[];
  readonly translations: readonly number[];
} {
  const [scales = [], translations = []] = ['scales', 'translations'].map((name) => {
    const pair = call.attribute(name);
    return Array.isArray(pair) && pair.length === 2 && pair.every(Number.isFinite)
      ? pair.map(Number)
      : call.refuse(`its ${name} are not two numbers`);
  });
  if (scales.some((scale) => !(scale > 0))) call.refuse(`one of the scales [${scales}] is not positive`);
  return { scales, translations };
}
