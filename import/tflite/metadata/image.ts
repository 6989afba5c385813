import type { ImageFile } from '../../files/image_file.ts';
import { TfliteRefusal } from '../conversion/refusal.ts';
import { FileBytes } from '../file/file_bytes.ts';
import { readModel, type TensorMessage } from '../file/model.ts';
import { codeRange } from '../tensors/element_types.ts';
import { type Normalization, readMetadata, type TensorMetadata } from './metadata.ts';

/**
 * How an image becomes the input of a model.
 *
 * @returns what an image.json would say; undefined where the model leaves a doubt
 */
export async function tfliteImage(path: string): Promise<ImageFile | undefined> {
  try {
    return await FileBytes.within(path, async (file) => {
      const model = readModel(file);
      const [graph] = model.graphs;
      const [input, another] = graph?.inputs ?? [];
      const tensor = input === undefined || another !== undefined ? undefined : graph?.tensors[input];
      const [described] = readMetadata(file, model)?.inputs ?? [];
      return tensor && imageOf(tensor, described);
    });
  } catch (error) {
    // Who reads the model itself says what is wrong with it.
    if (error instanceof TfliteRefusal) return undefined;
    throw error;
  }
}

/** Of so much of a sample, the normalization and the quantization of a file differ though they mean the same. */
const NEAR = 1;

/** Samples from 0 to 255 are normalized, and then quantized where the input is. */
function imageOf(tensor: TensorMessage, metadata: TensorMetadata | undefined): ImageFile | undefined {
  const channels = tensor.shape.length === 4 ? tensor.shape[3] : undefined;
  if (channels !== 1 && channels !== 3) return undefined;
  const file = { fit: 'stretch', resize: 'bilinear' } as const;
  const range = codeRange(tensor.type);
  const isNormalized = metadata?.image !== undefined && metadata.normalization !== undefined;
  const stated = isNormalized ? normalized(tensor, metadata.normalization, channels) : undefined;
  if (range === undefined) return stated && { ...file, ...stated };
  const [least, most] = range;
  const [step] = tensor.quantization?.scales ?? [];
  const areBytes = most - least === LARGEST_SAMPLE && step !== undefined;
  // Without a normalization, bytes are samples as they are; that they may be less than zero moves them alone.
  const areSamples = areBytes && (stated === undefined || isNear(stated, least));
  return areSamples ? { ...file, scale: 1, offset: least } : undefined;
}

const LARGEST_SAMPLE = 255;

interface Numbers {
  readonly scale: number[];
  readonly offset: number[];
}

function normalized(
  { type, quantization }: TensorMessage,
  { mean, deviation }: Normalization,
  channels: number,
): Numbers {
  const isCoded = codeRange(type) !== undefined;
  const step = isCoded ? (quantization?.scales[0] ?? 1) : 1;
  const zero = isCoded ? (quantization?.zeros[0] ?? 0) : 0;
  const at = (numbers: readonly number[], channel: number, absent: number) =>
    numbers[numbers.length === 1 ? 0 : channel] ?? absent;
  const isSame = mean.length <= 1 && deviation.length <= 1;
  const scale = Array.from(
    { length: isSame ? 1 : channels },
    (_, channel) => 1 / at(deviation, channel, 1) / step,
  );
  const offset = scale.map((factor, channel) => zero - at(mean, channel, 0) * factor);
  return { scale, offset };
}

/** Whether the darkest and the brightest sample become the least integer and the one 255 above it, or almost. */
function isNear({ scale, offset }: Numbers, least: number): boolean {
  return scale.every((factor, channel) => {
    const darkest = offset[channel] ?? 0;
    const brightest = darkest + LARGEST_SAMPLE * factor;
    return Math.abs(darkest - least) <= NEAR && Math.abs(brightest - least - LARGEST_SAMPLE) <= NEAR;
  });
}
