import type { NamedTensors } from '../../../model/tensor.ts';

export type DecodeOutcome =
  | { readonly kind: 'decoded'; readonly inputs: NamedTensors }
  /** The request is at fault; the message says where and how. */
  | { readonly kind: 'invalid'; readonly message: string };

export function invalid(message: string): DecodeOutcome {
  return { kind: 'invalid', message };
}
