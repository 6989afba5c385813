import type { JsonObject } from '../../worker/model/json_object.ts';
import type { LayerConversion } from './convert_layer.ts';
import type { Problems } from './keras_errors.ts';
import type { KerasObject } from './keras_object.ts';
import type { WeightSource } from './weights/weight_source.ts';

/** A model as tfjs-layers is configured, and where the weights of its layers come from. */
export interface ConvertedConfiguration {
  /** `class_name` and `config`: tfjs's `model_config`. */
  readonly model: JsonObject;
  readonly sources: readonly WeightSource[];
  /** Whether what it gives may have a mask in Keras. */
  readonly masksOutput: boolean;
}

/** What one conversion shares. */
export interface ConversionContext {
  /** 2 or 3. */
  readonly kerasMajor: number;
  readonly problems: Problems;
  /** Names that layers have in tfjs, where all layers of all nested models need different ones. */
  readonly names: Set<string>;
  /** Converts a model in the model; undefined where the problems say why it cannot. */
  readonly convertModel: (model: KerasObject, place: readonly string[]) => ConvertedConfiguration | undefined;
}

/** What a layer becomes, with those in it. */
export type MemberConversion =
  | (Extract<LayerConversion, { kind: 'converted' }> & Partial<Pick<WeightSource, 'members' | 'groups'>>)
  | Extract<LayerConversion, { kind: 'refused' }>;
