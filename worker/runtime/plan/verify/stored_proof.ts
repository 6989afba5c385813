import {
  MOST_PROOF_BYTES,
  type PlanProof,
  type ProbeInput,
  type ProbeOutput,
} from '../../../model/plan_proof.ts';
import { elementCount, type NamedTensors, type TensorValue } from '../../../model/tensor.ts';
import type { Liberties } from '../run/plan.ts';
import { isInformative } from './evidence.ts';
import { probesLike } from './probe_inputs.ts';

/** The number of probes that follow from shapes and integers alone. Later ones depend on the floats of a request. */
const STORED_PROBES = 4;

/**
 * Describes a probe for which a plan agreed with the executor, so that a new isolate can check the same plan with it.
 *
 * @param probe the number of the probe
 * @param inputs the request that the probe was made like
 * @param outputs the executor's outputs for the probe
 * @returns undefined if the probe shows too little or is too large to be stored
 */
export function proofOf(
  probe: number,
  inputs: NamedTensors,
  outputs: NamedTensors,
  liberties: Liberties,
): PlanProof | undefined {
  if (probe >= STORED_PROBES || ![...outputs.values()].every(isInformative)) return undefined;
  const storedInputs: ProbeInput[] = [];
  for (const [name, value] of inputs) {
    const { dtype, shape } = value;
    if (dtype === 'string' || (dtype !== 'float32' && isTooLarge(value))) return undefined;
    storedInputs.push(
      dtype === 'float32'
        ? { name, dtype, shape: [...shape] }
        : { name, dtype, shape: [...shape], values: textOf(value.values) },
    );
  }
  const storedOutputs: ProbeOutput[] = [];
  for (const [name, value] of outputs) {
    if (value.dtype === 'string' || isTooLarge(value)) return undefined;
    const { dtype, shape } = value;
    storedOutputs.push({ name, dtype, shape: [...shape], values: textOf(value.values) });
  }
  return { probe, inputs: storedInputs, outputs: storedOutputs, ...liberties };
}

/** True if a proof is of the shape of a request. */
export function isOfShape(proof: PlanProof, inputs: NamedTensors, outputs: readonly string[]): boolean {
  return (
    proof.inputs.length === inputs.size &&
    proof.inputs.every(({ name, dtype, shape }) => {
      const given = inputs.get(name);
      return given?.dtype === dtype && isSameShape(given.shape, shape);
    }) &&
    proof.outputs.length === outputs.length &&
    proof.outputs.every(({ name }, index) => name === outputs[index])
  );
}

/**
 * Generates the probe of a proof again, and returns it with the outputs that the executor computed for it.
 *
 * @param request a request of the proof's shape
 * @returns undefined if the proof is damaged
 */
export function probeOf(
  proof: PlanProof,
  request: NamedTensors,
): { readonly inputs: NamedTensors; readonly outputs: NamedTensors } | undefined {
  const given = new Map<string, TensorValue>();
  for (const input of proof.inputs) {
    const value = input.dtype === 'float32' ? request.get(input.name) : tensorOf(input);
    if (value === undefined) return undefined;
    given.set(input.name, value);
  }
  const outputs = new Map<string, TensorValue>();
  for (const output of proof.outputs) {
    const value = tensorOf(output);
    if (value === undefined) return undefined;
    outputs.set(output.name, value);
  }
  const inputs = probesLike(given)[proof.probe]?.();
  return inputs && { inputs, outputs };
}

function isTooLarge({ values }: Exclude<TensorValue, { dtype: 'string' }>): boolean {
  return values.byteLength > MOST_PROOF_BYTES;
}

function isSameShape(one: readonly number[], other: readonly number[]): boolean {
  return one.length === other.length && one.every((size, axis) => size === other[axis]);
}

/** Returns the bytes of numbers in base64. */
function textOf({ buffer, byteOffset, byteLength }: Float32Array | Int32Array | Uint8Array): string {
  const bytes = new Uint8Array(buffer, byteOffset, byteLength);
  return btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(''));
}

/** Returns a stored tensor, or undefined if its bytes are not those of its shape. */
function tensorOf({
  dtype,
  shape,
  values,
}: Pick<ProbeOutput, 'dtype' | 'shape' | 'values'>): TensorValue | undefined {
  const bytes = Uint8Array.from(atob(values), (character) => character.charCodeAt(0));
  const count = elementCount(shape);
  if (bytes.length !== count * (dtype === 'bool' ? 1 : 4)) return undefined;
  switch (dtype) {
    case 'float32':
      return { dtype, shape, values: new Float32Array(bytes.buffer) };
    case 'int32':
      return { dtype, shape, values: new Int32Array(bytes.buffer) };
    case 'bool':
      return { dtype, shape, values: bytes };
  }
}
