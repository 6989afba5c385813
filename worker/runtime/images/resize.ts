import type { ImageInput } from '../../model/image_input.ts';
import type { Pixels } from './pixels.ts';

/** A part of an image. Pixels. */
export interface Box {
  readonly top: number;
  readonly left: number;
  readonly height: number;
  readonly width: number;
}

/** From which two places a value is interpolated, and how far it is from the first. */
interface Places {
  readonly lower: Int32Array;
  readonly upper: Int32Array;
  readonly part: Float32Array;
}

/**
 * Resizes a part of an image as tf.image.resize does without antialiasing: pixels have their centers at halves.
 *
 * @returns [height, width, channels]
 */
export function resize(
  { values, width: rowPixels, channels }: Pixels,
  box: Box,
  { height, width }: { readonly height: number; readonly width: number },
  method: ImageInput['resize'],
): Float32Array {
  const rows = placesOf(box.top, box.height, height, method);
  const columns = placesOf(box.left, box.width, width, method);
  const resized = new Float32Array(height * width * channels);
  let target = 0;
  for (let y = 0; y < height; y++) {
    const upperRow = (rows.lower[y] ?? 0) * rowPixels;
    const lowerRow = (rows.upper[y] ?? 0) * rowPixels;
    const down = rows.part[y] ?? 0;
    for (let x = 0; x < width; x++) {
      const [left, right, across] = [columns.lower[x] ?? 0, columns.upper[x] ?? 0, columns.part[x] ?? 0];
      for (let channel = 0; channel < channels; channel++) {
        const at = (pixel: number): number => values[pixel * channels + channel] ?? 0;
        const top = between(at(upperRow + left), at(upperRow + right), across);
        const bottom = between(at(lowerRow + left), at(lowerRow + right), across);
        resized[target++] = between(top, bottom, down);
      }
    }
  }
  return resized;
}

const between = (from: number, to: number, part: number): number => from + (to - from) * part;

function placesOf(start: number, size: number, count: number, method: ImageInput['resize']): Places {
  const scale = Math.fround(size / count);
  const places = {
    lower: new Int32Array(count),
    upper: new Int32Array(count),
    part: new Float32Array(count),
  };
  for (let index = 0; index < count; index++) {
    const center = Math.fround((index + 0.5) * scale);
    const place = method === 'nearest' ? Math.floor(center) : center - 0.5;
    const below = Math.floor(place);
    places.lower[index] = start + Math.min(size - 1, Math.max(0, below));
    places.upper[index] = start + Math.min(size - 1, Math.max(0, method === 'nearest' ? below : below + 1));
    places.part[index] = place - below;
  }
  return places;
}
