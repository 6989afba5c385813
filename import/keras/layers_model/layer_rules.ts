/** What of a layer's configuration tfjs-layers understands as Keras means it. */
export interface LayerRule {
  /** Members that mean the same in both. */
  readonly keeps?: readonly string[];
  /** Members that tfjs does not know, and the values with which they change nothing. */
  readonly neutral?: Readonly<Record<string, readonly unknown[]>>;
  /** Members that only training looks at. */
  readonly ignores?: readonly string[];
  /** Initializers: they are kept as zeros, since values are loaded. */
  readonly initializers?: readonly string[];
  /** Members that hold activations; the first is the layer's own, applied to what it gives. */
  readonly activations?: readonly string[];
}

const CONVOLUTION: LayerRule = {
  keeps: ['filters', 'kernel_size', 'strides', 'padding', 'data_format', 'dilation_rate', 'use_bias'],
  neutral: { groups: [1, null] },
  initializers: ['kernel_initializer', 'bias_initializer'],
  activations: ['activation'],
};

const TRANSPOSED_CONVOLUTION: LayerRule = {
  ...CONVOLUTION,
  keeps: ['filters', 'kernel_size', 'strides', 'padding', 'data_format', 'use_bias'],
  neutral: { ...CONVOLUTION.neutral, output_padding: [null], dilation_rate: [1, [1, 1], [1, 1, 1]] },
};

const POOLING: LayerRule = { keeps: ['pool_size', 'strides', 'padding', 'data_format'] };
const POOLING_1D: LayerRule = {
  keeps: ['pool_size', 'strides', 'padding'],
  neutral: { data_format: ['channels_last', null] },
};
const GLOBAL_POOLING: LayerRule = { keeps: ['data_format'] };
const GLOBAL_POOLING_1D: LayerRule = { neutral: { data_format: ['channels_last', null] } };

const RECURRENT: LayerRule = {
  keeps: ['units', 'use_bias', 'return_sequences', 'return_state', 'go_backwards', 'unroll'],
  // What one request leaves behind must not change the answer to the next.
  neutral: { stateful: [false], time_major: [false], zero_output_for_mask: [false] },
  ignores: ['dropout', 'recurrent_dropout', 'implementation', 'unit_forget_bias', 'use_cudnn'],
  initializers: ['kernel_initializer', 'recurrent_initializer', 'bias_initializer'],
  activations: ['activation'],
};
const GATED: LayerRule = { ...RECURRENT, activations: ['activation', 'recurrent_activation'] };
const CELL: LayerRule = { ...RECURRENT, keeps: ['units', 'use_bias'] };

const NO_MEMBERS: LayerRule = {};
const RANDOM: LayerRule = { ignores: ['rate', 'stddev', 'noise_shape', 'seed', 'data_format'] };

/**
 * The layers that tfjs-layers computes as Keras does. What is here by another name, or needs more than its members
 * renamed, is in convert_layer.ts. Not here although tfjs has them: Resizing, CenterCrop and bilinear UpSampling2D,
 * which sample other points than Keras; SeparableConv1D, which it cannot compute.
 */
export const LAYER_RULES: Readonly<Record<string, LayerRule>> = {
  Activation: { activations: ['activation'] },
  Add: NO_MEMBERS,
  AlphaDropout: RANDOM,
  Average: NO_MEMBERS,
  AveragePooling1D: POOLING_1D,
  AveragePooling2D: POOLING,
  AveragePooling3D: POOLING,
  BatchNormalization: {
    keeps: ['axis', 'momentum', 'epsilon', 'center', 'scale'],
    neutral: { renorm: [false, null], virtual_batch_size: [null], adjustment: [null] },
    ignores: ['fused', 'renorm_clipping', 'renorm_momentum', 'synchronized'],
    initializers: [
      'beta_initializer',
      'gamma_initializer',
      'moving_mean_initializer',
      'moving_variance_initializer',
    ],
  },
  Concatenate: { keeps: ['axis'] },
  Conv1D: {
    ...CONVOLUTION,
    keeps: ['filters', 'kernel_size', 'strides', 'padding', 'dilation_rate', 'use_bias'],
    // tfjs would leave the channels of its answer last.
    neutral: { ...CONVOLUTION.neutral, data_format: ['channels_last', null] },
  },
  Conv2D: CONVOLUTION,
  Conv2DTranspose: TRANSPOSED_CONVOLUTION,
  Conv3D: CONVOLUTION,
  Conv3DTranspose: TRANSPOSED_CONVOLUTION,
  ConvLSTM2D: {
    keeps: [
      'filters',
      'kernel_size',
      'strides',
      'padding',
      'data_format',
      'dilation_rate',
      'use_bias',
      'return_sequences',
      'return_state',
      'go_backwards',
    ],
    neutral: { stateful: [false], unroll: [false, null], time_major: [false], zero_output_for_mask: [false] },
    ignores: RECURRENT.ignores ?? [],
    initializers: RECURRENT.initializers ?? [],
    activations: ['activation', 'recurrent_activation'],
  },
  Cropping2D: { keeps: ['cropping', 'data_format'] },
  Dense: {
    keeps: ['units', 'use_bias'],
    ignores: ['input_dim'],
    initializers: ['kernel_initializer', 'bias_initializer'],
    activations: ['activation'],
  },
  DepthwiseConv2D: {
    keeps: ['kernel_size', 'strides', 'padding', 'data_format', 'depth_multiplier', 'use_bias'],
    // tfjs would not dilate at all.
    neutral: { groups: [1, null], filters: [null], dilation_rate: [1, [1], [1, 1], null] },
    initializers: ['depthwise_initializer', 'bias_initializer'],
    ignores: ['kernel_initializer'],
    activations: ['activation'],
  },
  Dot: { keeps: ['axes', 'normalize'] },
  Dropout: RANDOM,
  ELU: { neutral: { alpha: [1, null] } },
  Embedding: {
    keeps: ['input_dim', 'output_dim', 'mask_zero', 'input_length'],
    neutral: { sparse: [false, null], weights: [null] },
    initializers: ['embeddings_initializer'],
  },
  Flatten: { keeps: ['data_format'] },
  GaussianDropout: RANDOM,
  GaussianNoise: RANDOM,
  GlobalAveragePooling1D: GLOBAL_POOLING_1D,
  GlobalAveragePooling2D: GLOBAL_POOLING,
  GlobalMaxPooling1D: GLOBAL_POOLING_1D,
  GlobalMaxPooling2D: GLOBAL_POOLING,
  GRU: { ...GATED, neutral: { ...GATED.neutral, reset_after: [false, null] } },
  GRUCell: {
    ...CELL,
    neutral: { reset_after: [false, null] },
    activations: ['activation', 'recurrent_activation'],
  },
  LayerNormalization: {
    keeps: ['axis', 'epsilon', 'center', 'scale'],
    neutral: { rms_scaling: [false] },
    initializers: ['beta_initializer', 'gamma_initializer'],
  },
  LeakyReLU: { keeps: ['alpha'] },
  LSTM: GATED,
  LSTMCell: { ...CELL, activations: ['activation', 'recurrent_activation'] },
  Masking: { keeps: ['mask_value'] },
  MaxPooling1D: POOLING_1D,
  MaxPooling2D: POOLING,
  MaxPooling3D: POOLING,
  Maximum: NO_MEMBERS,
  Minimum: NO_MEMBERS,
  Multiply: NO_MEMBERS,
  Permute: { keeps: ['dims'] },
  PReLU: { keeps: ['shared_axes'], initializers: ['alpha_initializer'] },
  ReLU: { keeps: ['max_value'], neutral: { negative_slope: [0, null], threshold: [0, null] } },
  RepeatVector: { keeps: ['n'] },
  Rescaling: { keeps: ['scale', 'offset'] },
  Reshape: { keeps: ['target_shape'] },
  SeparableConv2D: {
    ...CONVOLUTION,
    keeps: [...(CONVOLUTION.keeps ?? []), 'depth_multiplier'],
    initializers: ['depthwise_initializer', 'pointwise_initializer', 'bias_initializer'],
    ignores: ['kernel_initializer'],
  },
  SimpleRNN: RECURRENT,
  SimpleRNNCell: CELL,
  // tfjs refuses other axes when it is asked.
  Softmax: { neutral: { axis: [-1, null] } },
  SpatialDropout1D: RANDOM,
  ThresholdedReLU: { keeps: ['theta'] },
  UpSampling2D: { keeps: ['size', 'data_format'], neutral: { interpolation: ['nearest'] } },
  ZeroPadding2D: { keeps: ['padding', 'data_format'] },
};
