import { elementCount } from '../../../../../model/tensor.ts';
import type { BufferId } from '../../../ir/buffers.ts';
import { type FunctionStep, functionStep } from '../../../ir/function_step.ts';
import type { Step } from '../../../ir/step.ts';
import { BYTES_BEHIND, type IntegerView } from '../integer_view.ts';

/** Steps that repeat the bytes of an image. */
export interface UpsampledIntegers {
  readonly result: BufferId;
  readonly count: number;
  readonly steps: readonly FunctionStep[];
  readonly view: IntegerView;
}

/** The most copies of an image, each of which is a step. */
const MOST_COPIES = 16;

/**
 * Makes the steps that enlarge an image of bytes by whole factors with the nearest neighbor, or returns undefined for
 * other steps. Each pixel of the image is copied to every position of its block.
 */
export function upsampledIntegers(
  step: Step,
  viewOf: (buffer: BufferId, count: number) => IntegerView | undefined,
  createBuffer: (bytes: number) => BufferId,
): UpsampledIntegers | undefined {
  if (step.kind !== 'kernel' || step.name !== 'ResizeNearestNeighbor') return undefined;
  const images = step.inputs.get('images');
  const [output] = step.outputs;
  if (images?.kind !== 'buffer' || output === undefined || step.attributes?.alignCorners === true)
    return undefined;
  const [batch = 0, height = 0, width = 0, channels = 0] = images.shape;
  const [, outHeight = 0, outWidth = 0] = output.shape;
  const [down, across] = [outHeight / height, outWidth / width];
  if (!Number.isInteger(down) || !Number.isInteger(across) || down * across > MOST_COPIES) return undefined;
  const view = viewOf(images.buffer, elementCount(images.shape));
  if (view === undefined) return undefined;
  const count = elementCount(output.shape);
  const bytes = createBuffer(count + BYTES_BEHIND);
  const x = { buffer: view.bytes, offset: 0 };
  const line = outWidth * channels;
  const steps = Array.from({ length: down * across }, (_, index) => {
    const offset = Math.floor(index / across) * line + (index % across) * channels;
    return functionStep('copy_bytes', {
      ...{ x, y: { buffer: bytes, offset } },
      ...{ size0: 1, size1: 1, size2: batch * height, size3: width, size4: channels },
      ...{ x0: 0, x1: 0, x2: width * channels, x3: channels, x4: 1 },
      ...{ y0: 0, y1: 0, y2: down * line, y3: across * channels, y4: 1 },
    });
  });
  return { result: output.buffer, count, steps, view: { ...view, bytes } };
}
