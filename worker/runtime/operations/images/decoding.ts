import type { GraphNode } from '@tensorflow/tfjs-converter';
import { slice, type Tensor, tensor } from '@tensorflow/tfjs-core';
import { decodeImage, formatOf, type ImageOptions } from '../../images/decode_image.ts';
import type { ImageFormat } from '../../images/image_format.ts';
import type { Pixels } from '../../images/pixels.ts';
import { ExecutionError } from '../../loaded_model.ts';
import {
  flagAttribute,
  inputOf,
  member,
  numberAttribute,
  numbersInput,
  type Operation,
  type Operations,
  operationName,
  rawAttribute,
  refuse,
  textAttribute,
} from '../operation.ts';
import { stringsOf } from '../strings/string_values.ts';

/** TensorFlow's types of samples, by the names and the numbers that tfjs's JSON has for them. */
const SAMPLES: ReadonlyMap<unknown, 'uint8' | 'uint16' | 'float'> = new Map<
  unknown,
  'uint8' | 'uint16' | 'float'
>([
  [undefined, 'uint8'],
  ['DT_UINT8', 'uint8'],
  [4, 'uint8'],
  ['DT_UINT16', 'uint16'],
  [17, 'uint16'],
  ['DT_FLOAT', 'float'],
  [1, 'float'],
]);

/** Each of TensorFlow's operations decodes the formats of the others, but for BMP. */
const FORMATS: Readonly<Record<string, readonly ImageFormat[]>> = {
  DecodeAndCropJpeg: ['JPEG'],
  DecodeBmp: ['BMP'],
  DecodeGif: ['JPEG', 'PNG', 'GIF'],
  DecodeImage: ['JPEG', 'PNG', 'GIF', 'BMP'],
  DecodeJpeg: ['JPEG', 'PNG', 'GIF'],
  DecodePng: ['JPEG', 'PNG', 'GIF'],
};

/** [height, width, channels]; of animations, and of everything that DecodeGif decodes, a list of such frames. */
const decode: Operation = (node) => {
  const operation = operationName(node);
  const contents = inputOf(node, 0);
  const [bytes] = stringsOf(contents);
  if (contents.rank !== 0 || bytes === undefined)
    refuse(node, `it decodes one image, and got strings of shape [${contents.shape}]`);
  const samples = SAMPLES.get(member(rawAttribute(node, 'dtype'), 'type'));
  if (samples === undefined) refuse(node, 'samples of this dtype are not computed');
  const format = withName(node, () => formatOf(bytes));
  if (!FORMATS[operation]?.includes(format)) {
    const other = format === 'WebP' ? 'send it as JPEG or PNG' : 'tf.io.decode_image does';
    refuse(node, `it does not decode ${format} images; ${other}`);
  }
  const isAnimated = operation === 'DecodeGif' || operation === 'DecodeImage';
  const isWhole = operation !== 'DecodeImage' || flagAttribute(node, 'expand_animations', true);
  const options: ImageOptions = {
    channels: channelsOf(node, operation),
    depth: samples === 'uint8' ? 8 : 16,
    jpeg: {
      isAccurate: textAttribute(node, 'dct_method') === 'INTEGER_ACCURATE',
      isSmooth: flagAttribute(node, 'fancy_upscaling', true),
      takesPart: flagAttribute(node, 'try_recover_truncated'),
      ratio: numberAttribute(node, 'ratio', 1),
    },
    mostFrames: !isWhole ? 1 : isAnimated ? Number.POSITIVE_INFINITY : 2,
    sampleBytes: 4,
  };
  const pixels = withName(node, () => decodeImage(bytes, options));
  const { frames, height, width, channels } = pixels;
  const hasFrames = operation === 'DecodeGif' || (operation === 'DecodeImage' && isWhole && format === 'GIF');
  if (!hasFrames && frames > 1)
    refuse(node, 'the image is an animation, which tf.io.decode_gif and tf.io.decode_image decode');
  const shape = [height, width, channels];
  return samplesTensor(pixels, hasFrames ? [frames, ...shape] : shape, samples);
};

const decodeAndCrop: Operation = (node) => {
  const whole = decode(node);
  const image = Array.isArray(whole) ? whole[0] : whole;
  const [top = 0, left = 0, height = 0, width = 0] = numbersInput(node, 1);
  const [rows = 0, columns = 0, channels = 0] = image?.shape ?? [];
  const isInside =
    top >= 0 && left >= 0 && height > 0 && width > 0 && top + height <= rows && left + width <= columns;
  if (image === undefined || !isInside)
    refuse(
      node,
      `the crop window [${[top, left, height, width]}] leaves an image of ${columns} x ${rows} pixels`,
    );
  return slice(image, [top, left, 0], [height, width, channels]);
};

function channelsOf(node: GraphNode, operation: string): ImageOptions['channels'] {
  const channels = operation === 'DecodeGif' ? 0 : numberAttribute(node, 'channels', 0);
  if (channels !== 0 && channels !== 1 && channels !== 3 && channels !== 4)
    refuse(node, `an image is not decoded to ${channels} channels`);
  return channels;
}

/** Names the operation in what a decoder refuses. */
function withName<Result>(node: GraphNode, compute: () => Result): Result {
  try {
    return compute();
  } catch (error) {
    if (error instanceof ExecutionError) refuse(node, error.message);
    throw error;
  }
}

/** With integers of 8 or 16 bits, or with floats from 0 to 1. */
function samplesTensor({ values }: Pixels, shape: number[], samples: 'uint8' | 'uint16' | 'float'): Tensor {
  const isWide = values instanceof Uint16Array;
  if (samples === 'float') return tensor(scaled(values, 1 / (isWide ? 65535 : 255)), shape, 'float32');
  const integers = new Int32Array(values);
  if (samples === 'uint16' && !isWide)
    for (let index = 0; index < integers.length; index++) integers[index] = (integers[index] ?? 0) << 8;
  return tensor(integers, shape, 'int32');
}

function scaled(values: Pixels['values'], scale: number): Float32Array {
  const factor = Math.fround(scale);
  const floats = new Float32Array(values);
  for (let index = 0; index < floats.length; index++) floats[index] = (floats[index] ?? 0) * factor;
  return floats;
}

/** Images to tensors, by TensorFlow's names. */
export const DECODING: Operations = {
  DecodeAndCropJpeg: decodeAndCrop,
  DecodeBmp: decode,
  DecodeGif: decode,
  DecodeImage: decode,
  DecodeJpeg: decode,
  DecodePng: decode,
};
