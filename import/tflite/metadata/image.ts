import type { ImageFile } from '../../files/image_file.ts';
import { TfliteRefusal } from '../conversion/refusal.ts';
import { FileBytes } from '../file/file_bytes.ts';
import { readModel, type TensorMessage } from '../file/model.ts';
import { codeRange } from '../tensors/element_types.ts';
import { readMetadata, type TensorMetadata } from './metadata.ts';

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

/** Samples from 0 to 255 are normalized, and then quantized where the input is. */
function imageOf(tensor: TensorMessage, metadata: TensorMetadata | undefined): ImageFile | undefined {
  const channels = tensor.shape.length === 4 ? tensor.shape[3] : undefined;
  if (channels !== 1 && channels !== 3) return undefined;
  const file = { fit: 'stretch', resize: 'bilinear' } as const;
  const [least] = codeRange(tensor.type) ?? [];
  if (metadata?.image === undefined || metadata.normalization === undefined) {
    // Bytes are samples as they are; that they may be less than zero moves them alone.
    const areSamples =
      tensor.type === 'UINT8' || (tensor.type === 'INT8' && tensor.quantization !== undefined);
    return areSamples && least !== undefined ? { ...file, scale: 1, offset: least } : undefined;
  }
  const { mean, deviation } = metadata.normalization;
  const length = Math.max(mean.length, deviation.length, 1);
  const [step, zero] = [tensor.quantization?.scales[0] ?? 1, tensor.quantization?.zeros[0] ?? 0];
  const isCoded = least !== undefined;
  const at = (numbers: readonly number[], index: number, absent: number) =>
    numbers[numbers.length === 1 ? 0 : index] ?? absent;
  const scale = Array.from({ length }, (_, index) => 1 / at(deviation, index, 1) / (isCoded ? step : 1));
  const offset = scale.map((factor, index) => -at(mean, index, 0) * factor + (isCoded ? zero : 0));
  return { ...file, scale, offset };
}
