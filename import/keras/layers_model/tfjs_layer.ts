import type { JsonObject } from '../../../worker/model/json_object.ts';
import type { Adjustment } from '../weights/weight_source.ts';

/** A layer as tfjs-layers is configured; its name is given to it later. */
export interface TfjsLayer {
  readonly className: string;
  readonly config: JsonObject;
}

/** What a layer of Keras becomes. */
export type LayerConversion =
  | {
      readonly kind: 'converted';
      /** Each takes what the one before it gives. */
      readonly chain: readonly TfjsLayer[];
      /** The index of the one in the chain that has the weights. */
      readonly weighted: number;
      readonly adjustment?: Adjustment;
    }
  /** All that is wrong with it. */
  | { readonly kind: 'refused'; readonly reasons: readonly string[] };
