import { exampleRequest } from '../../worker/http/index_page/example_request.ts';
import { DEFAULT_SIGNATURE } from '../../worker/model/default_signature.ts';
import type { ImageInput } from '../../worker/model/image_input.ts';
import type { Signature } from '../../worker/model/signature.ts';
import { fieldsBody, fieldsOf, firstTexts } from './fields.ts';

/** The ways in which a request can be made. */
export type Way = 'fields' | 'picture' | 'text' | 'json';

/** Returns the ways that fit a signature, the most convenient one first. */
export function waysOf(name: string, signature: Signature, image: ImageInput | undefined): Way[] {
  const inputs = Object.values(signature.inputs);
  const [only] = inputs;
  // A body that is no JSON cannot name a signature.
  const takesFiles = name === DEFAULT_SIGNATURE;
  const takesString = takesFiles && inputs.length === 1 && only?.dtype === 'string' && !only.holdsExamples;
  const takesPicture = takesFiles && (image?.signature === name || takesString);
  return [
    ...(takesPicture && image?.signature === name ? (['picture'] as const) : []),
    ...(takesString && image === undefined ? (['text', 'picture'] as const) : []),
    ...(fieldsOf(signature) !== undefined && !takesString ? (['fields'] as const) : []),
    'json',
  ];
}

/** Returns the JSON of a request to begin with. */
export function firstJson(model: string, name: string, signature: Signature): string {
  if (signature.method === 'tensorflow/serving/predict') {
    const example = exampleRequest(model, { [name]: signature }, undefined);
    if (example?.kind === 'json') return example.body;
    return '{"instances": []}';
  }
  const fields = fieldsOf(signature);
  if (fields === undefined) return '{"examples": [{}]}';
  const made = fieldsBody(name, signature, fields, firstTexts(fields));
  return made.kind === 'made' ? made.body : '{"examples": [{}]}';
}
