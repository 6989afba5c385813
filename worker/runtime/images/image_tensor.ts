import { channelCount, channelNumber, type ImageInput } from '../../model/image_input.ts';
import type { NumberTensor } from '../../model/tensor.ts';
import { ExecutionError, OutOfMemoryError } from '../loaded_model.ts';
import { decodeImage, formatOf, JPEG_DEFAULTS } from './decode_image.ts';
import type { Pixels } from './pixels.ts';
import { type Box, resize } from './resize.ts';

/**
 * Decodes files of images and makes them the rows of an input. Of an animation it takes the first frame.
 *
 * @throws ExecutionError for a file that is no image, damaged, cut off or too large; of several it says which one
 */
export function imageTensor(
  files: readonly Uint8Array[],
  image: ImageInput,
  dtype: NumberTensor['dtype'],
): NumberTensor {
  const { height, width, layout } = image;
  const channels = channelCount(image);
  const size = height * width * channels;
  const samples = new Float32Array(files.length * size);
  for (const [index, file] of files.entries()) {
    const target = samples.subarray(index * size, (index + 1) * size);
    try {
      writeImage(decodeChannels(file, image), image, target);
    } catch (error) {
      if (!(error instanceof ExecutionError) || error instanceof OutOfMemoryError || files.length === 1)
        throw error;
      throw new ExecutionError(`image ${index + 1} of ${files.length}: ${error.message}`);
    }
  }
  const shape = [
    files.length,
    ...(layout === 'NHWC' ? [height, width, channels] : [channels, height, width]),
  ];
  // An input of integers takes the nearest ones.
  return dtype === 'float32'
    ? { dtype, shape, values: samples }
    : { dtype, shape, values: Int32Array.from(samples, Math.round) };
}

function decodeChannels(file: Uint8Array, { channels, height, width }: ImageInput): Pixels {
  const isGray = channels === 'gray';
  const format = formatOf(file);
  const decodesGray = format === 'JPEG' || format === 'PNG';
  // Of those with alpha, three of four channels are taken.
  const colors = format === 'WebP' ? 0 : 3;
  const pixels = decodeImage(file, {
    channels: isGray && decodesGray ? 1 : colors,
    depth: 8,
    jpeg: { ...JPEG_DEFAULTS, atLeast: { height, width } },
    mostFrames: 1,
    sampleBytes: 0,
  });
  return isGray && pixels.channels > 1 ? grayOf(pixels) : pixels;
}

/** The weights of red, green and blue in gray, as JPEG and TensorFlow have them. */
const [RED, GREEN, BLUE] = [0.299, 0.587, 0.114];

function grayOf(pixels: Pixels): Pixels {
  const { values, channels, height, width } = pixels;
  const gray = new Uint8Array(height * width);
  for (let pixel = 0; pixel < gray.length; pixel++) {
    const at = channels * pixel;
    const [red, green, blue] = [values[at] ?? 0, values[at + 1] ?? 0, values[at + 2] ?? 0];
    gray[pixel] = Math.round(RED * red + GREEN * green + BLUE * blue);
  }
  return { ...pixels, channels: 1, values: gray };
}

/** Resizes an image into its place of the input, scales and orders its samples. */
function writeImage(pixels: Pixels, image: ImageInput, target: Float32Array): void {
  const { height, width, layout, scale, offset } = image;
  const channels = channelCount(image);
  const { from, to } = boxesOf(pixels, image);
  const resized = resize(pixels, from, to, image.resize);
  const order = image.channels === 'bgr' ? [2, 1, 0] : [0, 1, 2];
  for (let channel = 0; channel < channels; channel++) {
    const [factor, added] = [channelNumber(scale, channel), channelNumber(offset, channel)];
    const source = order[channel] ?? 0;
    for (let y = 0; y < height; y++) {
      for (let x = 0; x < width; x++) {
        const [row, column] = [y - to.top, x - to.left];
        const isInside = row >= 0 && row < to.height && column >= 0 && column < to.width;
        // A border is black.
        const sample = isInside ? (resized[(row * to.width + column) * pixels.channels + source] ?? 0) : 0;
        const place =
          layout === 'NHWC' ? (y * width + x) * channels + channel : (channel * height + y) * width + x;
        target[place] = sample * factor + added;
      }
    }
  }
}

/** Which part of an image goes to which part of the input. */
function boxesOf(pixels: Pixels, { fit, height, width }: ImageInput): { from: Box; to: Box } {
  const whole = { top: 0, left: 0, height: pixels.height, width: pixels.width };
  const all = { top: 0, left: 0, height, width };
  switch (fit) {
    case 'stretch':
      return { from: whole, to: all };
    case 'crop': {
      // The middle in the aspect ratio of the input, as Keras's Resizing takes it.
      const cropHeight = Math.min(pixels.height, Math.max(1, Math.floor((pixels.width * height) / width)));
      const cropWidth = Math.min(pixels.width, Math.max(1, Math.floor((pixels.height * width) / height)));
      return { from: centered(whole, cropHeight, cropWidth), to: all };
    }
    case 'pad': {
      // As tf.image.resize_with_pad does.
      const ratio = Math.max(pixels.width / width, pixels.height / height);
      const [paddedHeight, paddedWidth] = [pixels.height / ratio, pixels.width / ratio].map((size) =>
        Math.max(1, Math.floor(size)),
      );
      return { from: whole, to: centered(all, paddedHeight ?? height, paddedWidth ?? width) };
    }
  }
}

function centered(box: Box, height: number, width: number): Box {
  return { top: (box.height - height) >> 1, left: (box.width - width) >> 1, height, width };
}
