import { ALIASES, IDENTITIES } from '../../keras_layers.ts';
import type { LayerDefinition } from '../layer_definition.ts';
import { ACTIVATIONS } from './activations.ts';
import { ATTENTIONS } from './attention/attention.ts';
import { MULTI_HEAD_ATTENTIONS } from './attention/multi_head_attention.ts';
import { MEL_SPECTROGRAMS } from './audio/mel_spectrogram.ts';
import { SPECTROGRAMS } from './audio/spectrogram.ts';
import { ENCODING } from './categories/encoding.ts';
import { HASHINGS } from './categories/hashing.ts';
import { LOOKUPS } from './categories/lookup.ts';
import { TEXT } from './categories/text_vectorization.ts';
import { CORE } from './core.ts';
import { EINSUM } from './einsum_dense.ts';
import { MERGING } from './merging.ts';
import { NORMALIZATIONS } from './normalization.ts';
import { CONVOLUTIONAL_RECURRENT } from './recurrent/conv_lstm.ts';
import { CUDNN } from './recurrent/cudnn.ts';
import { RECURRENT } from './recurrent/recurrent.ts';
import { CONTRASTS } from './spatial/contrast.ts';
import { CONVOLUTION } from './spatial/convolution.ts';
import { IMAGES } from './spatial/images.ts';
import { LOCALLY_CONNECTED } from './spatial/locally_connected.ts';
import { POOLING } from './spatial/pooling.ts';
import { RESHAPING } from './spatial/reshaping.ts';
import { TRANSPOSED_CONVOLUTION } from './spatial/transposed_convolution.ts';
import { WRAPPERS } from './wrappers.ts';

/** The layers that become nodes of a graph, by their classes. */
export const LAYER_DEFINITIONS: Readonly<Record<string, LayerDefinition>> = {
  ...ACTIVATIONS,
  ...ATTENTIONS,
  ...CONTRASTS,
  ...CONVOLUTION,
  ...CONVOLUTIONAL_RECURRENT,
  ...CORE,
  ...CUDNN,
  ...EINSUM,
  ...ENCODING,
  ...HASHINGS,
  ...IMAGES,
  ...LOCALLY_CONNECTED,
  ...LOOKUPS,
  ...MEL_SPECTROGRAMS,
  ...MERGING,
  ...MULTI_HEAD_ATTENTIONS,
  ...NORMALIZATIONS,
  ...POOLING,
  ...RECURRENT,
  ...RESHAPING,
  ...TRANSPOSED_CONVOLUTION,
  ...SPECTROGRAMS,
  ...TEXT,
  ...WRAPPERS,
};

/** In prediction they give what they take. */
const IDENTITY: LayerDefinition = {
  members: [],
  check: () => undefined,
  convert: ({ inputs, layer }) =>
    inputs.length === 1 ? inputs : `layer ${layer.className} of several tensors`,
};

/** By the class in any version of Keras; undefined where it is not known. */
export function layerDefinition(className: string): LayerDefinition | undefined {
  const name = ALIASES[className] ?? className;
  if (IDENTITIES.has(name)) return IDENTITY;
  return Object.hasOwn(LAYER_DEFINITIONS, name) ? LAYER_DEFINITIONS[name] : undefined;
}
