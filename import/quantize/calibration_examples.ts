import { DEFAULT_SIGNATURE } from '../../worker/model/default_signature.ts';
import type { JsonObject } from '../../worker/model/json_object.ts';
import type { Signature } from '../../worker/model/signature.ts';
import { readTensorJson } from '../examples/tensor_json.ts';
import type { ImageFile } from '../files/image_file.ts';
import { readSidecarFiles } from '../files/sidecar_files.ts';
import { type Imported, read, unsupported } from '../import_result.ts';

/** The inputs of a request, by their public names. */
export interface CalibrationExample {
  readonly signature_name?: string | undefined;
  readonly inputs: JsonObject;
}

type Signatures = Readonly<Record<string, Signature>>;

/** Returns further examples for a model of these signatures. */
export type MoreExamples = (signatures: Signatures) => Promise<Imported<readonly CalibrationExample[]>>;

/**
 * Returns the examples on which a model is calibrated: the golden ones of its directory, and those of the caller.
 *
 * Files of images are left out, since only the server makes tensors of them.
 *
 * @param areNeeded false if the model can be quantized without examples, which then only compare its answers
 */
export async function calibrationExamples(
  { directory, image }: { readonly directory: string; readonly image?: ImageFile | undefined },
  signatures: Signatures,
  more: MoreExamples | undefined,
  areNeeded: boolean,
): Promise<Imported<readonly CalibrationExample[]>> {
  const sidecars = await readSidecarFiles(directory, signatures, image);
  if (sidecars.kind !== 'read') return sidecars;
  const added = (await more?.(signatures)) ?? read([]);
  if (added.kind !== 'read') return added;
  const all = [...sidecars.value.golden, ...added.value];
  const numbers = all.filter((example) => misfit(example, signatures) === undefined);
  if (numbers.length > 0 || !areNeeded) return read(numbers);
  const [first] = all;
  const lack =
    first === undefined
      ? 'it has no golden.json'
      : `the first one cannot be used: ${misfit(first, signatures)}`;
  return unsupported(
    `--quantize int8 needs examples to measure the ranges of its values, and ${lack}; give requests with --calibrate FILE, or let record write golden.json`,
  );
}

/** Why this process cannot compute an example, whose inputs have to be numbers and not files; undefined if it can. */
export function misfit(
  { signature_name: name = DEFAULT_SIGNATURE, inputs }: CalibrationExample,
  signatures: Signatures,
): string | undefined {
  const signature = Object.hasOwn(signatures, name) ? signatures[name] : undefined;
  if (signature === undefined) return `there is no signature "${name}"`;
  for (const [input, info] of Object.entries(signature.inputs)) {
    const tensor = readTensorJson(inputs[input], info);
    if (tensor.kind !== 'read') return `input "${input}" ${tensor.message}`;
  }
  return undefined;
}
