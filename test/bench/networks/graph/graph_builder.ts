import type { Activation, Graph, Operation, Pair, Step, Value, Weight } from './operation.ts';

/** Provides the values of weights. `fanIn` is the number of products in one sum. */
export type WeightSource = (name: string, shape: readonly number[], fanIn: number) => Float32Array;

interface ConvolutionOptions {
  readonly kernel: Pair;
  readonly strides?: Pair;
  readonly padding?: 'SAME' | 'VALID';
  readonly activation?: Activation;
}

/** Describes a network layer by layer. Shapes follow from the shape of the input. */
export class GraphBuilder {
  readonly #input: Value;
  readonly #weights: WeightSource;
  readonly #steps: Step[] = [];

  constructor(input: Value, weights: WeightSource) {
    this.#input = input;
    this.#weights = weights;
  }

  get input(): Value {
    return this.#input;
  }

  convolution(name: string, input: Value, filters: number, options: ConvolutionOptions): Value {
    return this.#convolution(name, input, { ...options, depthwise: false, channels: filters });
  }

  depthwiseConvolution(name: string, input: Value, options: ConvolutionOptions): Value {
    return this.#convolution(name, input, { ...options, depthwise: true, channels: size(input, 3) });
  }

  dense(name: string, input: Value, units: number, activation: Activation = 'none'): Value {
    const inputs = size(input, 1);
    return this.#step(name, [size(input, 0), units], {
      kind: 'dense',
      input,
      matrix: this.#weight(`${name}/kernel`, [inputs, units], inputs),
      bias: this.#weight(`${name}/bias`, [units], units),
      activation,
    });
  }

  maxPool(name: string, input: Value, window: Pair): Value {
    const shape = [
      size(input, 0),
      Math.floor(size(input, 1) / window[0]),
      Math.floor(size(input, 2) / window[1]),
      size(input, 3),
    ];
    return this.#step(name, shape, { kind: 'max pool', input, size: window });
  }

  spatialMean(name: string, input: Value): Value {
    return this.#step(name, [size(input, 0), size(input, 3)], { kind: 'spatial mean', input });
  }

  reshape(name: string, input: Value, shape: readonly number[]): Value {
    return this.#step(name, shape, { kind: 'reshape', input });
  }

  transpose(name: string, input: Value, permutation: readonly number[]): Value {
    const shape = permutation.map((axis) => size(input, axis));
    return this.#step(name, shape, { kind: 'transpose', input, permutation });
  }

  add(name: string, left: Value, right: Value): Value {
    return this.#step(name, left.shape, { kind: 'add', left, right });
  }

  scale(name: string, input: Value, factor: number): Value {
    const weight = { name: `${name}/factor`, shape: [], values: Float32Array.of(factor) };
    return this.#step(name, input.shape, { kind: 'scale', input, factor: weight });
  }

  /** @param scale one number, or one for each channel */
  quantize(name: string, input: Value, scale: readonly number[], zero: number): Value {
    const shape = scale.length === 1 ? [] : [scale.length];
    const weight = { name: `${name}/scale`, shape, values: Float32Array.from(scale) };
    return this.#step(name, input.shape, { kind: 'quantize', input, scale: weight, zero });
  }

  center(name: string, input: Value, zero: number): Value {
    return this.#step(name, input.shape, { kind: 'center', input, zero });
  }

  matrixMultiply(name: string, left: Value, right: Value, transposeRight: boolean): Value {
    const columns = right.shape.at(transposeRight ? -2 : -1) ?? 0;
    const shape = [...left.shape.slice(0, -1), columns];
    return this.#step(name, shape, { kind: 'matrix multiply', left, right, transposeRight });
  }

  softmax(name: string, input: Value): Value {
    return this.#step(name, input.shape, { kind: 'softmax', input });
  }

  gelu(name: string, input: Value): Value {
    return this.#step(name, input.shape, { kind: 'gelu', input });
  }

  layerNormalization(name: string, input: Value): Value {
    const width = input.shape.at(-1) ?? 0;
    return this.#step(name, input.shape, {
      kind: 'layer normalization',
      input,
      gain: this.#weight(`${name}/gamma`, [width], 1),
      offset: this.#weight(`${name}/beta`, [width], width),
      epsilon: 1e-6,
    });
  }

  build(output: Value): Graph {
    return { input: this.#input, output, steps: this.#steps };
  }

  #convolution(
    name: string,
    input: Value,
    options: ConvolutionOptions & { readonly depthwise: boolean; readonly channels: number },
  ): Value {
    const { kernel, channels, depthwise } = options;
    const { strides = [1, 1], padding = 'SAME', activation = 'none' } = options;
    const extent = (axis: 0 | 1) =>
      padding === 'SAME'
        ? Math.ceil(size(input, axis + 1) / strides[axis])
        : Math.floor((size(input, axis + 1) - kernel[axis]) / strides[axis]) + 1;
    const inputs = size(input, 3);
    const area = kernel[0] * kernel[1];
    const filterShape = depthwise ? [...kernel, inputs, 1] : [...kernel, inputs, channels];
    return this.#step(name, [size(input, 0), extent(0), extent(1), channels], {
      kind: 'convolution',
      input,
      filter: this.#weight(`${name}/kernel`, filterShape, depthwise ? area : area * inputs),
      bias: this.#weight(`${name}/bias`, [channels], channels),
      depthwise,
      strides,
      padding,
      activation,
    });
  }

  #weight(name: string, shape: readonly number[], fanIn: number): Weight {
    return { name, shape, values: this.#weights(name, shape, fanIn) };
  }

  #step(name: string, shape: readonly number[], operation: Operation): Value {
    const output = { name, shape };
    this.#steps.push({ output, operation });
    return output;
  }
}

function size(value: Value, axis: number): number {
  const extent = value.shape[axis];
  if (extent === undefined) throw new Error(`${value.name} has no dimension ${axis}`);
  return extent;
}
