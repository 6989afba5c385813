import * as v from 'valibot';

/** No side of an input is longer. Pixels. */
const LONGEST_SIDE = 4096;

const SizeSchema = v.pipe(
  v.number(),
  v.integer('is not a whole number'),
  v.minValue(1, 'is less than 1'),
  v.maxValue(LONGEST_SIDE, `is more than ${LONGEST_SIDE}`),
);

/** One number for all channels, or one for each. */
const ChannelNumbersSchema = v.pipe(
  v.array(v.pipe(v.number(), v.finite('is not a finite number'))),
  v.minLength(1),
  v.maxLength(3),
);

/** What may be said of how an image becomes an input. */
export const IMAGE_OPTIONS = {
  /** How an image of another aspect ratio fits: all of it distorted, its middle, or all of it with a border. */
  fit: v.picklist(['stretch', 'crop', 'pad']),
  resize: v.picklist(['bilinear', 'nearest']),
  channels: v.picklist(['rgb', 'bgr', 'gray']),
  layout: v.picklist(['NHWC', 'NCHW']),
} as const;

/**
 * How a file of an image becomes an input of a signature: it is decoded, resized to height and width, and each of its
 * samples from 0 to 255 is multiplied by `scale` and added to `offset`.
 */
export const ImageInputSchema = v.object({
  signature: v.string(),
  input: v.string(),
  height: SizeSchema,
  width: SizeSchema,
  ...IMAGE_OPTIONS,
  scale: ChannelNumbersSchema,
  offset: ChannelNumbersSchema,
});
export type ImageInput = v.InferOutput<typeof ImageInputSchema>;

const LARGEST_SAMPLE = 255;
/** 255 times a third of 1/255 is a third again, and not almost. */
const DIGITS = 7;

/** The least and the greatest value that an image can have in the input. */
export function valueRange({ scale, offset }: Pick<ImageInput, 'scale' | 'offset'>): {
  readonly minimum: number;
  readonly maximum: number;
} {
  const channels = Math.max(scale.length, offset.length);
  const ends = Array.from({ length: channels }, (_, channel) => {
    const [factor, added] = [channelNumber(scale, channel), channelNumber(offset, channel)];
    return [added, added + factor * LARGEST_SAMPLE].map((end) => Number(end.toPrecision(DIGITS)));
  }).flat();
  return { minimum: Math.min(...ends), maximum: Math.max(...ends) };
}

/** Returns the number of a channel from one number for all channels, or from one for each. */
export function channelNumber(numbers: readonly number[], channel: number): number {
  return numbers[numbers.length === 1 ? 0 : channel] ?? 0;
}

/** The channels of the input. */
export function channelCount({ channels }: Pick<ImageInput, 'channels'>): number {
  return channels === 'gray' ? 1 : 3;
}
