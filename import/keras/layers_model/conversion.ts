import type { JsonObject } from '../../../worker/model/json_object.ts';
import type { Problems } from '../keras_errors.ts';
import type { KerasObject } from '../keras_object.ts';
import type { WeightSource } from '../weights/weight_source.ts';
import type { LayerConversion } from './tfjs_layer.ts';

/** The tfjs-layers configuration of a model, and the sources of its layers' weights. */
export interface ConvertedConfiguration {
  /** `class_name` and `config`: tfjs's `model_config`. */
  readonly model: JsonObject;
  readonly sources: readonly WeightSource[];
  /** True if its output may have a mask in Keras. */
  readonly masksOutput: boolean;
}

/** The context of one conversion. */
export interface ConversionContext {
  /** 2 or 3. */
  readonly kerasMajor: number;
  readonly problems: Problems;
  /** The names of layers in tfjs, which must be unique across all nested models. */
  readonly names: Set<string>;
  /** Converts a nested model. Returns undefined after adding the problems that prevent it. */
  readonly convertModel: (model: KerasObject, place: readonly string[]) => ConvertedConfiguration | undefined;
}

/** The conversion of a layer with its inner layers. */
export type MemberConversion =
  | (Extract<LayerConversion, { kind: 'converted' }> & Partial<Pick<WeightSource, 'members' | 'groups'>>)
  | Extract<LayerConversion, { kind: 'refused' }>;
