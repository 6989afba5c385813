import { elementCount, type NamedTensors } from '../../../model/tensor.ts';

interface InputShape {
  readonly name: string;
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly count: number;
}

/** The properties that all requests of one plan share: shapes and dtypes of the inputs, and names of the outputs. */
export class RequestShape {
  readonly #inputs: readonly InputShape[];
  readonly #outputs: readonly string[];

  constructor(inputs: NamedTensors, outputs: readonly string[]) {
    this.#inputs = [...inputs].map(([name, { dtype, shape }]) => ({
      name,
      dtype,
      shape: [...shape],
      count: elementCount(shape),
    }));
    this.#outputs = [...outputs];
  }

  /** Returns true if a request has this shape. It allocates nothing, since it is called for every request. */
  matches(inputs: NamedTensors, outputs: readonly string[]): boolean {
    if (inputs.size !== this.#inputs.length || outputs.length !== this.#outputs.length) return false;
    for (let index = 0; index < outputs.length; index++) {
      if (outputs[index] !== this.#outputs[index]) return false;
    }
    for (const { name, dtype, shape, count } of this.#inputs) {
      const value = inputs.get(name);
      if (value?.dtype !== dtype || value.shape.length !== shape.length) return false;
      if (value.values.length !== count) return false;
      for (let index = 0; index < shape.length; index++) {
        if (value.shape[index] !== shape[index]) return false;
      }
    }
    return true;
  }
}
