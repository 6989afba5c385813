import * as v from 'valibot';
import {
  type GoldenExample,
  GoldenExampleSchema,
  type Warmup,
  type WarmupTensor,
} from '../../worker/model/content.ts';
import { DEFAULT_SIGNATURE } from '../../worker/model/default_signature.ts';
import type { ImageInput } from '../../worker/model/image_input.ts';
import { type JsonObject, JsonObjectSchema } from '../../worker/model/json_object.ts';
import type { Signature, TensorInfo } from '../../worker/model/signature.ts';
import { elementCount } from '../../worker/model/tensor.ts';
import { type Imported, malformed, read } from '../import_result.ts';
import { imageFiles } from './image_examples.ts';
import { type FlatTensor, readInput, readScalar, readTensorJson } from './tensor_json.ts';

type Signatures = Readonly<Record<string, Signature>>;

const examplesSchema = <Example extends v.GenericSchema>(example: Example) =>
  v.object({ examples: v.array(example) });

export const WarmupFileSchema = examplesSchema(
  v.object({ signature_name: v.optional(v.string()), inputs: JsonObjectSchema }),
);
export type WarmupFile = v.InferOutput<typeof WarmupFileSchema>;

/** JSON can express infinity as 1e999, but JSON.stringify cannot write it. */
const ToleranceSchema = v.pipe(v.number(), v.finite('must be a finite number'), v.minValue(0));

export const GoldenFileSchema = examplesSchema(
  v.object({
    ...GoldenExampleSchema.entries,
    inputs: JsonObjectSchema,
    outputs: JsonObjectSchema,
    tolerance: v.optional(ToleranceSchema),
    tolerances: v.optional(v.record(v.string(), ToleranceSchema)),
  }),
);
export type GoldenFile = v.InferOutput<typeof GoldenFileSchema>;

/** Returns the requests of warmup.json in the manifest's form. */
export function warmupRequests({ examples }: WarmupFile, signatures: Signatures): Imported<Warmup[]> {
  const requests: Warmup[] = [];
  for (const [index, { signature_name: name = DEFAULT_SIGNATURE, inputs }] of examples.entries()) {
    const signature = findSignature(signatures, name);
    if (signature === undefined) return malformed(`examples[${index}]: there is no signature "${name}"`);
    const tensors = readInputs(inputs, signature, readInput);
    if (tensors.kind !== 'read') return at(`examples[${index}]`, tensors);
    const entries = Object.entries(tensors.value).map(
      ([input, { shape, values }]): [string, WarmupTensor] => [input, { kind: 'values', shape, values }],
    );
    requests.push({ signature: name, inputs: Object.fromEntries(entries) });
  }
  return read(requests);
}

/** The most elements of an input of zeros. */
const LARGEST_ZEROS = 4_000_000;

/**
 * Returns a request of zeros for every signature whose inputs' shapes are known, except the first dimension, which
 * becomes a batch of one, and are small enough for an isolate.
 */
export function zeroRequests(signatures: Signatures): Warmup[] {
  const requests: Warmup[] = [];
  for (const [signature, { inputs }] of Object.entries(signatures)) {
    const entries: [string, WarmupTensor][] = [];
    for (const [name, { shape }] of Object.entries(inputs)) {
      if (shape === null || shape.slice(1).includes(-1)) break;
      entries.push([name, { kind: 'zeros', shape: shape.map((size) => (size === -1 ? 1 : size)) }]);
    }
    if (entries.length < Object.keys(inputs).length) continue;
    if (entries.some(([, { shape }]) => elementCount(shape) > LARGEST_ZEROS)) continue;
    requests.push({ signature, inputs: Object.fromEntries(entries) });
  }
  return requests;
}

/**
 * The examples of golden.json, checked against the signatures: as they are, they go into the manifest.
 *
 * @param image the input that takes images, where one does
 */
export function goldenExamples(
  { examples }: GoldenFile,
  signatures: Signatures,
  image?: ImageInput,
): Imported<GoldenExample[]> {
  for (const [index, example] of examples.entries()) {
    const { signature_name: name = DEFAULT_SIGNATURE, inputs, outputs, tolerances = {} } = example;
    const signature = findSignature(signatures, name);
    if (signature === undefined) return malformed(`examples[${index}]: there is no signature "${name}"`);
    const checked = readInputs(inputs, takingImages(name, signature, inputs, image), readInput);
    if (checked.kind !== 'read') return at(`examples[${index}]`, checked);
    const compared = readTensors('outputs', outputs, signature.outputs, readGoldenOutput);
    if (compared.kind !== 'read') return at(`examples[${index}]`, compared);
    if (Object.keys(outputs).length === 0) return malformed(`examples[${index}].outputs is empty`);
    const unknown = Object.keys(tolerances).find((output) => !Object.hasOwn(signature.outputs, output));
    if (unknown !== undefined) {
      return malformed(`examples[${index}].tolerances["${unknown}"]: the signature has no such output`);
    }
  }
  return read(examples);
}

/** The signature as the example takes it: an input of images has their files in the place of their samples. */
function takingImages(
  name: string,
  signature: Signature,
  inputs: JsonObject,
  image: ImageInput | undefined,
): Signature {
  const info = image === undefined ? undefined : signature.inputs[image.input];
  const given = imageFiles({ signature_name: name, inputs }, image);
  if (image === undefined || info === undefined || given === undefined) return signature;
  const files: TensorInfo = { ...info, dtype: 'string', shape: [-1] };
  return { ...signature, inputs: { ...signature.inputs, [image.input]: files } };
}

/** What JSON has no number for stands in quotes. */
const readGoldenOutput: typeof readScalar = (json, dtype) => {
  const isNumber = dtype === 'float32' && (json === 'NaN' || json === 'Infinity' || json === '-Infinity');
  return isNumber ? json : readInput(json, dtype);
};

function readInputs(
  inputs: JsonObject,
  signature: Signature,
  readElement: typeof readScalar = readScalar,
): Imported<Record<string, FlatTensor>> {
  const missing = Object.keys(signature.inputs).find((name) => !Object.hasOwn(inputs, name));
  if (missing !== undefined) return malformed(`inputs: "${missing}" is missing`);
  return readTensors('inputs', inputs, signature.inputs, readElement);
}

function readTensors(
  side: 'inputs' | 'outputs',
  tensors: JsonObject,
  infos: Readonly<Record<string, TensorInfo>>,
  readElement: typeof readScalar,
): Imported<Record<string, FlatTensor>> {
  const flat: Record<string, FlatTensor> = {};
  for (const [name, json] of Object.entries(tensors)) {
    const info = Object.hasOwn(infos, name) ? infos[name] : undefined;
    if (info === undefined) return malformed(`${side}["${name}"]: the signature has none of that name`);
    const tensor = readTensorJson(json, info, readElement);
    if (tensor.kind !== 'read') return { ...tensor, message: `${side}["${name}"] ${tensor.message}` };
    flat[name] = tensor.value;
  }
  return read(flat);
}

function findSignature(signatures: Signatures, name: string): Signature | undefined {
  return Object.hasOwn(signatures, name) ? signatures[name] : undefined;
}

function at<T>(place: string, problem: Exclude<Imported<T>, { kind: 'read' }>): Imported<never> {
  return { kind: problem.kind, message: `${place}.${problem.message}` };
}
