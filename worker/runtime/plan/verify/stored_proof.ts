import {
  MOST_PROOF_DIGITS,
  type PlanProof,
  type ProbeInput,
  type ProbeOutput,
} from '../../../model/plan_proof.ts';
import { elementCount, type NamedTensors, type TensorValue } from '../../../model/tensor.ts';
import type { Liberties } from '../compile/compile_plan.ts';
import { isInformative } from './evidence.ts';
import { hasFloats, isLarge, MOST_STORED, REPEATED_PROBE, storedProbesLike } from './probe_inputs.ts';

/** The most elements of an output that a proof has. */
const MOST_SAMPLED = 2048;

/** A probe for which a plan agreed with the executor. */
export interface AgreedProbe {
  /** The number of the probe: see storedProbesLike. */
  readonly probe: number;
  /** The request that the probe was made like. */
  readonly inputs: NamedTensors;
  /** The executor's outputs for the probe. */
  readonly outputs: NamedTensors;
  readonly liberties: Liberties;
}

/** A probe that a new isolate computes, with samples of the outputs that it must have. */
export interface StoredProbe {
  readonly inputs: NamedTensors;
  readonly samples: NamedTensors;
}

/** True if the probe shows enough to be stored, and is small enough. */
export function isStorable({ probe, inputs, outputs }: AgreedProbe): boolean {
  const samples = [...sampled(outputs).values()];
  const given = [...inputs.values()].filter(({ dtype }) => dtype !== 'float32').map(firstOf);
  let digits = 0;
  for (const value of [...given, ...samples]) {
    if (value.dtype === 'string') return false;
    digits += 4 * Math.ceil(value.values.byteLength / 3);
  }
  const isStoredProbe = isLarge(inputs)
    ? !hasFloats(inputs) && probe === REPEATED_PROBE
    : probe < storedProbesLike(inputs).length;
  return isStoredProbe && digits <= MOST_PROOF_DIGITS && samples.every(isInformative);
}

/** Returns as many of a tensor's first values as a proof stores. */
function firstOf(value: TensorValue): TensorValue {
  switch (value.dtype) {
    case 'int32':
      return { ...value, values: value.values.subarray(0, MOST_STORED) };
    case 'bool':
      return { ...value, values: value.values.subarray(0, MOST_STORED) };
    case 'float32':
    case 'string':
      return value;
  }
}

/** Returns flat lists of elements of outputs, at regular distances, so that a large output needs little room in a proof. */
export function sampled(outputs: NamedTensors): NamedTensors {
  return new Map([...outputs].map(([name, value]) => [name, sampleOf(value)]));
}

function sampleOf(value: TensorValue): TensorValue {
  const distance = distanceOf(value.values.length);
  const isSample = (_: unknown, index: number): boolean => index % distance === 0;
  const shape = [Math.ceil(value.values.length / distance)];
  switch (value.dtype) {
    case 'float32':
      return { ...value, shape, values: value.values.filter(isSample) };
    case 'int32':
      return { ...value, shape, values: value.values.filter(isSample) };
    case 'bool':
      return { ...value, shape, values: value.values.filter(isSample) };
    case 'string':
      return value;
  }
}

/** An odd distance, so that samples of rows of even lengths are of all columns. */
function distanceOf(count: number): number {
  return Math.ceil(count / MOST_SAMPLED) | 1;
}

/** Describes a storable probe, so that a new isolate can check the same plan with it. */
export function proofOf({ probe, inputs, outputs, liberties }: AgreedProbe): PlanProof {
  const storedInputs: ProbeInput[] = [];
  for (const [name, input] of inputs) {
    const { dtype, shape, values } = firstOf(input);
    if (dtype === 'float32') storedInputs.push({ name, dtype, shape: [...shape] });
    else if (dtype !== 'string')
      storedInputs.push({ name, dtype, shape: [...shape], values: textOf(values) });
  }
  const storedOutputs: ProbeOutput[] = [];
  for (const [name, { dtype, shape, values }] of sampled(outputs))
    if (dtype !== 'string') storedOutputs.push({ name, dtype, shape: [...shape], values: textOf(values) });
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
 * Generates the probe of a proof again, and returns it with the samples of the outputs that the executor computed for it.
 *
 * @param request a request of the proof's shape
 * @returns undefined if the proof is damaged
 */
export function probeOf(proof: PlanProof, request: NamedTensors): StoredProbe | undefined {
  const given = new Map<string, TensorValue>();
  for (const input of proof.inputs) {
    const value = input.dtype === 'float32' ? request.get(input.name) : givenOf(input);
    if (value === undefined) return undefined;
    given.set(input.name, value);
  }
  const outputs = new Map<string, TensorValue>();
  for (const output of proof.outputs) {
    const value = tensorOf(output);
    if (value === undefined) return undefined;
    outputs.set(output.name, value);
  }
  const inputs = storedProbesLike(given)[proof.probe]?.();
  return inputs && { inputs, samples: outputs };
}

function isSameShape(one: readonly number[], other: readonly number[]): boolean {
  return one.length === other.length && one.every((size, axis) => size === other[axis]);
}

/** Returns the bytes of numbers in base64. */
function textOf({ buffer, byteOffset, byteLength }: Float32Array | Int32Array | Uint8Array): string {
  const bytes = new Uint8Array(buffer, byteOffset, byteLength);
  return btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(''));
}

/** Returns a stored input, whose values are repeated if it is large, or undefined if its bytes are not those of its shape. */
function givenOf(input: Exclude<ProbeInput, { dtype: 'float32' }>): TensorValue | undefined {
  const { shape } = input;
  const count = elementCount(shape);
  const stored = tensorOf({ ...input, shape: [Math.min(count, MOST_STORED)] });
  const repeated = (_: unknown, index: number) => Number(stored?.values[index % MOST_STORED]);
  if (stored?.dtype === 'int32')
    return { ...stored, shape, values: Int32Array.from({ length: count }, repeated) };
  return stored?.dtype === 'bool'
    ? { ...stored, shape, values: Uint8Array.from({ length: count }, repeated) }
    : undefined;
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
