import { isJsonObject, type JsonObject } from '../../../worker/model/json_object.ts';

/** Members that Keras 2 calls otherwise, whatever the layer. */
const RENAMED: Readonly<Record<string, string>> = {
  atrous_rate: 'dilation_rate',
  bias: 'use_bias',
  border_mode: 'padding',
  filter_length: 'kernel_size',
  inner_activation: 'recurrent_activation',
  nb_filter: 'filters',
  pool_length: 'pool_size',
  stride: 'strides',
  subsample: 'strides',
  subsample_length: 'strides',
};

/** Members that only training uses, and that Keras 2 does not have. */
const DROPPED: ReadonlySet<string> = new Set([
  'beta_init',
  'dropout_U',
  'dropout_W',
  'forget_bias_init',
  'gamma_init',
  'init',
  'inner_init',
  'p',
  'sigma',
  'weights',
]);

const CLASSES: Readonly<Record<string, string>> = {
  AtrousConvolution1D: 'Conv1D',
  AtrousConvolution2D: 'Conv2D',
  Deconvolution2D: 'Conv2DTranspose',
};

/** Layers that have so many units. */
const WITH_UNITS: ReadonlySet<string> = new Set(['Dense', 'GRU', 'LSTM', 'SimpleRNN']);

const FORMATS: Readonly<Record<string, string>> = { tf: 'channels_last', th: 'channels_first' };

/** What merges became layers of their own. */
const MERGES: Readonly<Record<string, string>> = {
  ave: 'Average',
  concat: 'Concatenate',
  cos: 'Dot',
  dot: 'Dot',
  max: 'Maximum',
  mul: 'Multiply',
  sum: 'Add',
};

/** Whether a configuration without a version is of Keras 1: its words are not those of any later one. */
export function isKeras1(configuration: string): boolean {
  return /"(nb_filter|border_mode|dim_ordering|inner_activation|W_regularizer)":/.test(configuration);
}

/** The configuration of a model in the words of Keras 2. What Keras 2 has no word for stays as it is. */
export function upgradeConfiguration(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(upgradeConfiguration);
  if (!isJsonObject(value)) return value;
  const { class_name: className, config } = value;
  if (typeof className !== 'string') return value;
  if (Array.isArray(config)) return { ...value, config: config.map(upgradeConfiguration) };
  return isJsonObject(config) ? { ...value, ...upgradeLayer(className, config) } : value;
}

function upgradeLayer(className: string, config: JsonObject): JsonObject {
  if (Array.isArray(config.layers) && className !== 'Merge') {
    return { class_name: className, config: { ...config, layers: config.layers.map(upgradeConfiguration) } };
  }
  const upgraded: Record<string, unknown> = {};
  for (const [member, value] of Object.entries(config)) {
    if (DROPPED.has(member)) continue;
    if (member === 'layer') upgraded.layer = upgradeConfiguration(value);
    else if (member === 'dim_ordering') upgraded.data_format = FORMATS[String(value)] ?? 'channels_last';
    else upgraded[RENAMED[member] ?? member] = value;
  }
  return special(CLASSES[className] ?? className, upgraded);
}

function special(className: string, config: Record<string, unknown>): JsonObject {
  const { nb_row: rows, nb_col: columns, kernel_dim1: depth, ...rest } = config;
  if (rows !== undefined) rest.kernel_size = [rows, columns];
  if (depth !== undefined) {
    rest.kernel_size = [depth, rest.kernel_dim2, rest.kernel_dim3];
    delete rest.kernel_dim2;
    delete rest.kernel_dim3;
  }
  if (WITH_UNITS.has(className)) {
    rest.units = rest.output_dim;
    delete rest.output_dim;
  }
  // They say what the input's shape does too, but of an Embedding.
  if (className !== 'Embedding') {
    delete rest.input_dim;
    delete rest.input_length;
  }
  switch (className) {
    case 'BatchNormalization':
      return { class_name: className, config: { ...rest, ...(rest.mode === 2 ? { mode: 0 } : {}) } };
    case 'Conv2DTranspose':
      delete rest.output_shape;
      break;
    case 'Embedding':
      delete rest.dropout;
      break;
    case 'InputLayer':
      return { class_name: className, config: { ...rest, dtype: rest.input_dtype ?? rest.dtype } };
    case 'Merge':
      return upgradeMerge(rest);
    case 'UpSampling1D':
      rest.size = rest.length ?? rest.size;
      delete rest.length;
      break;
    case 'ZeroPadding2D':
      if (Array.isArray(rest.padding) && rest.padding.length === 4) {
        const [top, bottom, left, right]: unknown[] = rest.padding;
        rest.padding = [
          [top, bottom],
          [left, right],
        ];
      }
      break;
  }
  return { class_name: className, config: rest };
}

/** A merge by a function, or of layers without inputs of their own, stays what it is and is refused. */
function upgradeMerge(config: Record<string, unknown>): JsonObject {
  const { mode, concat_axis: axis, dot_axes: axes, name } = config;
  const className = MERGES[String(mode)];
  if (className === undefined || Array.isArray(config.layers)) return { class_name: 'Merge', config };
  const own =
    className === 'Concatenate' ? { axis } : className === 'Dot' ? { axes, normalize: mode === 'cos' } : {};
  return { class_name: className, config: { name, ...own } };
}
