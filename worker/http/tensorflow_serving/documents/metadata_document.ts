import type { LeftOut } from '../../../model/content.ts';
import { type ImageInput, valueRange } from '../../../model/image_input.ts';
import type { Signature, TensorInfo } from '../../../model/signature.ts';

/**
 * Makes the JSON of GetModelMetadataResponse, in which a `signature_def` contains a `signature_def`. Sizes are strings
 * (proto int64). Beside them is what TensorFlow Serving does not know: signatures that the version is served without, and
 * why; the names of classes, by signature and output; the input that an image becomes, by signature and input.
 */
export function metadataDocument(model: string, version: string, { signatures, leftOut, image }: Described) {
  return {
    model_spec: { name: model, signature_name: '', version },
    metadata: {
      signature_def: { signature_def: mapped(signatures, signatureDef) },
      ...(leftOut === undefined ? {} : { left_out: leftOut }),
      ...classNames(signatures),
      ...imageInputs(image),
    },
  };
}

interface Described {
  readonly signatures: Readonly<Record<string, Signature>>;
  readonly leftOut?: LeftOut | undefined;
  readonly image?: ImageInput | undefined;
}

function imageInputs(image: ImageInput | undefined) {
  if (image === undefined) return {};
  const { signature, input, height, width, channels, layout } = image;
  const described = { height, width, channels, layout, ...valueRange(image) };
  return { image_inputs: { [signature]: { [input]: described } } };
}

function classNames(signatures: Readonly<Record<string, Signature>>): {
  readonly class_names?: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>>;
} {
  const named = Object.entries(signatures).flatMap(([signature, { outputs }]) => {
    const lists = Object.entries(outputs).flatMap(([name, { classes }]): [string, readonly string[]][] =>
      classes === undefined ? [] : [[name, classes]],
    );
    return lists.length === 0 ? [] : [[signature, Object.fromEntries(lists)] as const];
  });
  return named.length === 0 ? {} : { class_names: Object.fromEntries(named) };
}

function signatureDef(signature: Signature) {
  return {
    inputs: mapped(signature.inputs, tensorInfo),
    outputs: mapped(signature.outputs, tensorInfo),
    method_name: signature.method,
    defaults: {},
  };
}

const DTYPES = { float32: 'DT_FLOAT', int32: 'DT_INT32', bool: 'DT_BOOL', string: 'DT_STRING' } as const;

function tensorInfo({ name, dtype, shape }: TensorInfo) {
  const dim = (shape ?? []).map((size) => ({ size: String(size), name: '' }));
  return { dtype: DTYPES[dtype], tensor_shape: { dim, unknown_rank: shape === null }, name };
}

function mapped<From, To>(record: Readonly<Record<string, From>>, change: (value: From) => To) {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [key, change(value)]));
}
