/** The name and shape of a value of a graph, for a batch of one. Images are [1, height, width, channels]. */
export interface Value {
  readonly name: string;
  readonly shape: readonly number[];
}

export interface Weight {
  readonly name: string;
  readonly shape: readonly number[];
  readonly values: Float32Array;
}

export type Activation = 'none' | 'relu' | 'relu6';
export type Pair = readonly [number, number];

/** Operations with TensorFlow's semantics: channels last, and SAME padding. */
export type Operation =
  | {
      readonly kind: 'convolution';
      readonly input: Value;
      /** [height, width, in, out]; for a depthwise one [height, width, channels, 1]. */
      readonly filter: Weight;
      readonly bias: Weight;
      readonly depthwise: boolean;
      readonly strides: Pair;
      readonly padding: 'SAME' | 'VALID';
      readonly activation: Activation;
    }
  | {
      readonly kind: 'dense';
      /** [rows, in]. */
      readonly input: Value;
      /** [in, out]. */
      readonly matrix: Weight;
      readonly bias: Weight;
      readonly activation: Activation;
    }
  /** Windows that do not overlap, without padding. */
  | { readonly kind: 'max pool'; readonly input: Value; readonly size: Pair }
  /** Over height and width. */
  | { readonly kind: 'spatial mean'; readonly input: Value }
  | { readonly kind: 'reshape'; readonly input: Value }
  | { readonly kind: 'transpose'; readonly input: Value; readonly permutation: readonly number[] }
  | { readonly kind: 'add'; readonly left: Value; readonly right: Value }
  | { readonly kind: 'scale'; readonly input: Value; readonly factor: Weight }
  /** Integers of int8: clamp(round(input * scale) + zero), as floats. */
  | { readonly kind: 'quantize'; readonly input: Value; readonly scale: Weight; readonly zero: number }
  /** Such integers without their zero. */
  | { readonly kind: 'center'; readonly input: Value; readonly zero: number }
  | {
      readonly kind: 'matrix multiply';
      readonly left: Value;
      readonly right: Value;
      readonly transposeRight: boolean;
    }
  /** Over the last dimension, like the two below. */
  | { readonly kind: 'softmax'; readonly input: Value }
  | {
      readonly kind: 'layer normalization';
      readonly input: Value;
      readonly gain: Weight;
      readonly offset: Weight;
      readonly epsilon: number;
    }
  | { readonly kind: 'gelu'; readonly input: Value };

export interface Step {
  readonly output: Value;
  readonly operation: Operation;
}

/** A network that can be written in both file formats. */
export interface Graph {
  readonly input: Value;
  readonly output: Value;
  readonly steps: readonly Step[];
}

/** The weights of an operation. */
export function weightsOf(operation: Operation): Weight[] {
  switch (operation.kind) {
    case 'convolution':
      return [operation.filter, operation.bias];
    case 'dense':
      return [operation.matrix, operation.bias];
    case 'layer normalization':
      return [operation.gain, operation.offset];
    case 'scale':
      return [operation.factor];
    case 'quantize':
      return [operation.scale];
    default:
      return [];
  }
}
