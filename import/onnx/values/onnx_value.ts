import type { OnnxTensor } from './onnx_tensor.ts';
import { refuse } from './refusal.ts';

/** A sequence whose length is known, so that it is followed through the graph as the list of its tensors. */
export interface OnnxSequence {
  readonly items: readonly OnnxTensor[];
}

/** An optional value that is absent. One that is there is the value itself. */
export interface Absent {
  readonly isAbsent: true;
}

export const ABSENT: Absent = { isAbsent: true };

/** What a name stands for in a graph. */
export type OnnxValue = OnnxTensor | OnnxSequence | Absent;

export const isTensor = (value: OnnxValue): value is OnnxTensor => 'ref' in value;

/** @throws OnnxRefusal for anything but a tensor */
export function tensorOf(value: OnnxValue, name: string): OnnxTensor {
  if (isTensor(value)) return value;
  const kind = 'items' in value ? 'a sequence' : 'an optional value without an element';
  return refuse(`has ${kind} as "${name}", where only a tensor is computed`);
}
