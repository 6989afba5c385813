import type { NamedTensors } from '../../../model/tensor.ts';

export type DecodeOutcome =
  | { readonly kind: 'decoded'; readonly inputs: NamedTensors }
  /** The request is invalid. The message says what is wrong and where. */
  | { readonly kind: 'invalid'; readonly message: string };

export function invalid(message: string): DecodeOutcome {
  return { kind: 'invalid', message };
}
