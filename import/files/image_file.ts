import * as v from 'valibot';
import { DEFAULT_SIGNATURE } from '../../worker/model/default_signature.ts';
import {
  channelCount,
  IMAGE_OPTIONS,
  type ImageInput,
  ImageInputSchema,
  valueRange,
} from '../../worker/model/image_input.ts';
import type { Signature, TensorInfo } from '../../worker/model/signature.ts';
import { type Imported, malformed, read } from '../import_result.ts';
import { describeIssue } from '../schema_problem.ts';

const NumbersSchema = v.union([v.number(), v.array(v.number())], 'must be a number or a list of numbers');

const ENTRIES = {
  signature_name: v.optional(v.string()),
  /** The name of the input; it may be left out of a signature with one. */
  input: v.optional(v.string()),
  /** Height and width; they may be left out where the shape of the input tells them. */
  size: v.optional(v.tuple([v.number(), v.number()], 'must be a list of a height and a width')),
  fit: v.optional(IMAGE_OPTIONS.fit, 'stretch'),
  resize: v.optional(IMAGE_OPTIONS.resize, 'bilinear'),
  channels: v.optional(IMAGE_OPTIONS.channels),
  layout: v.optional(IMAGE_OPTIONS.layout),
  scale: v.optional(NumbersSchema, 1),
  offset: v.optional(NumbersSchema, 0),
};

/** What image.json says of how an image becomes an input. */
export const ImageFileSchema = v.strictObject(ENTRIES, (issue) =>
  issue.expected === 'never'
    ? `is no member of image.json, which has ${Object.keys(ENTRIES).join(', ')}`
    : 'must be an object',
);
export type ImageFile = v.InferOutput<typeof ImageFileSchema>;

/** Completes what image.json says by the shape of the input, and checks it against that. */
export function imageInput(
  file: ImageFile,
  signatures: Readonly<Record<string, Signature>>,
): Imported<ImageInput> {
  const name = file.signature_name ?? defaultSignature(signatures);
  const signature = Object.hasOwn(signatures, name) ? signatures[name] : undefined;
  if (signature === undefined) return malformed(`signature_name: there is no signature "${name}"`);
  const inputs = Object.keys(signature.inputs);
  const [only, ...others] = inputs;
  if (file.input === undefined && others.length > 0)
    return malformed(`input is missing: signature "${name}" takes ${inputs.join(', ')}`);
  const input = file.input ?? only ?? '';
  const info = Object.hasOwn(signature.inputs, input) ? signature.inputs[input] : undefined;
  if (info === undefined) return malformed(`input: signature "${name}" has no input "${input}"`);
  if (others.length > 0)
    return malformed(
      `input: signature "${name}" takes ${inputs.join(', ')}, and an image is only one of them`,
    );
  if (info.dtype !== 'float32' && info.dtype !== 'int32')
    return malformed(`input: "${input}" is of dtype ${info.dtype}, and an image becomes float32 or int32`);
  const layout = file.layout ?? layoutOf(info);
  const [rows, columns, samples] = layout === 'NHWC' ? [1, 2, 3] : [2, 3, 1];
  const sizes = {
    height: file.size?.[0] ?? info.shape?.[rows],
    width: file.size?.[1] ?? info.shape?.[columns],
  };
  if (!isKnown(sizes.height) || !isKnown(sizes.width))
    return malformed(`size is missing: the shape of "${input}" does not tell height and width`);
  const channels = file.channels ?? (info.shape?.[samples] === 1 ? 'gray' : 'rgb');
  const parsed = v.safeParse(ImageInputSchema, {
    signature: name,
    input,
    ...sizes,
    fit: file.fit,
    resize: file.resize,
    channels,
    layout,
    scale: [file.scale].flat(),
    offset: [file.offset].flat(),
  });
  if (!parsed.success) return malformed(describeIssue(parsed.issues[0]));
  return checked(parsed.output, info);
}

function defaultSignature(signatures: Readonly<Record<string, Signature>>): string {
  const [only, ...others] = Object.keys(signatures);
  return only !== undefined && others.length === 0 ? only : DEFAULT_SIGNATURE;
}

const isKnown = (size: number | undefined): size is number => size !== undefined && size !== -1;

/** Channels are last, unless only the second dimension can be one of channels. */
function layoutOf({ shape }: TensorInfo): ImageInput['layout'] {
  const isOfChannels = (size: number | undefined): boolean => size === 1 || size === 3;
  return isOfChannels(shape?.[1]) && !isOfChannels(shape?.[3]) ? 'NCHW' : 'NHWC';
}

function checked(image: ImageInput, { shape, range }: TensorInfo): Imported<ImageInput> {
  const { height, width, layout, input } = image;
  const count = channelCount(image);
  for (const member of ['scale', 'offset'] as const) {
    const { length } = image[member];
    if (length !== 1 && length !== count)
      return malformed(
        `${member} has ${length} numbers, and an image of ${image.channels} has ${count} channels`,
      );
  }
  if (range !== undefined) {
    const { minimum, maximum } = valueRange(image);
    // An input with a range is of integers, and takes the nearest ones.
    if (Math.round(minimum) < range[0] || Math.round(maximum) > range[1])
      return malformed(
        `scale and offset: samples would be from ${minimum} to ${maximum}, and the input "${input}" takes values from ${range.join(' to ')}`,
      );
  }
  const given = layout === 'NHWC' ? [-1, height, width, count] : [-1, count, height, width];
  const fits =
    shape === null ||
    (shape.length === given.length &&
      shape.every((size, axis) => axis === 0 || size === -1 || size === given[axis]));
  return fits
    ? read(image)
    : malformed(
        `an image would be of shape [?, ${given.slice(1).join(', ')}], and the input "${input}" is of [${shape
          .map((size) => (size === -1 ? '?' : size))
          .join(', ')}]`,
      );
}
