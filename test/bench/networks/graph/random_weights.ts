import { seededRandom } from '../../../../models/build/seeded_random.ts';
import { elementCount } from '../../../../worker/model/tensor.ts';
import type { WeightSource } from './graph_builder.ts';

/** Normal weights, scaled so that activations keep their size from layer to layer (He et al. 2015). */
export function randomWeights(seed: number): WeightSource {
  const random = seededRandom(seed);
  return (name, shape, fanIn) => {
    const values = new Float32Array(elementCount(shape));
    const mean = name.endsWith('/gamma') ? 1 : 0;
    const deviation = name.endsWith('/kernel') ? Math.sqrt(2 / fanIn) : 0.05;
    for (let index = 0; index < values.length; index++) values[index] = random.normal(mean, deviation);
    return values;
  };
}

/** The standard deviation of the weights of randomIntegers. */
export const INTEGER_DEVIATION = 40;

/** Normal weights, rounded to integers of 8 bits, and biases of up to some thousands. */
export function randomIntegers(seed: number): WeightSource {
  const random = seededRandom(seed);
  return (name, shape) => {
    const deviation = name.endsWith('/kernel') ? INTEGER_DEVIATION : 1000;
    const most = name.endsWith('/kernel') ? 127 : 5000;
    return Float32Array.from({ length: elementCount(shape) }, () =>
      Math.max(-most, Math.min(most, Math.round(random.normal(0, deviation)))),
    );
  };
}

/** Uniform values in [0, 1), as an image or a normalized record has them. */
export function randomInput(seed: number, shape: readonly number[]): Float32Array<ArrayBuffer> {
  const random = seededRandom(seed);
  return Float32Array.from({ length: elementCount(shape) }, () => random.uniform(0, 1));
}
