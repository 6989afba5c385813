import { type Tensor, tensor } from '@tensorflow/tfjs-core';
import { stringsOf, stringTensor } from './strings/string_values.ts';

/** The elements of a list at these places, of any type. A place must be one of the list. */
export function chosenElements(operation: string, x: Tensor, places: readonly number[]): Tensor {
  const shape = [places.length];
  if (x.dtype === 'string') {
    const strings = stringsOf(x);
    return stringTensor(
      operation,
      places.flatMap((place) => strings[place] ?? []),
      shape,
    );
  }
  const values = x.dataSync();
  const numbers = places.map((place) => values[place] ?? 0);
  const dtype = x.dtype === 'float32' ? 'float32' : x.dtype === 'bool' ? 'bool' : 'int32';
  return tensor(dtype === 'bool' ? Uint8Array.from(numbers) : numbers, shape, dtype);
}
