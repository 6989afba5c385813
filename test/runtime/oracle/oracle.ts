import { ARRANGEMENTS } from './arrangement.ts';
import { BLOCKS } from './blocks.ts';
import { CONVOLUTIONS } from './convolution.ts';
import { ELEMENTWISE } from './elementwise.ts';
import { IMAGES } from './image.ts';
import { PRODUCTS } from './product.ts';
import { REDUCTIONS } from './reduction.ts';
import { SELECTIONS } from './selection.ts';
import { SLICES } from './slices.ts';
import { CREATIONS, SPARSE, TEXTS } from './sparse.ts';
import { type Call, type Expected, type Operation, Refusal, Unpredicted } from './tensor.ts';

const OPERATIONS: Readonly<Record<string, Operation>> = {
  ...ARRANGEMENTS,
  ...BLOCKS,
  ...CONVOLUTIONS,
  ...CREATIONS,
  ...ELEMENTWISE,
  ...IMAGES,
  ...PRODUCTS,
  ...REDUCTIONS,
  ...SELECTIONS,
  ...SLICES,
  ...SPARSE,
  ...TEXTS,
};

/** TensorFlow's result for a call. */
export type Verdict =
  | { readonly kind: 'values'; readonly outputs: readonly Expected[] }
  | { readonly kind: 'refusal'; readonly why: string }
  /** The operation has no second implementation, or it would take too long. */
  | { readonly kind: 'unknown' };

export function verdict(kernel: string, call: Call): Verdict {
  const operation = OPERATIONS[kernel];
  if (operation === undefined) return { kind: 'unknown' };
  try {
    return { kind: 'values', outputs: operation(call) };
  } catch (error) {
    if (error instanceof Refusal) return { kind: 'refusal', why: error.message };
    if (error instanceof Unpredicted) return { kind: 'unknown' };
    throw error;
  }
}
