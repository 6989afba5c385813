/** Where the weights of a layer of tfjs's come from, in the terms of the Keras model that was saved. */
export interface WeightSource {
  /** The layer's name in tfjs. */
  readonly name: string;
  /** The layer's name and class in Keras. */
  readonly kerasName: string;
  readonly kerasClass: string;
  /** Of a model, or of a wrapper of a model: its layers. */
  readonly members?: readonly WeightSource[];
  /**
   * In Keras 3's files: the groups below the layer's own whose variables are the layer's, in tfjs's order. Of a
   * wrapper of a model the only group in which its layers are.
   */
  readonly groups: readonly string[];
  /** What has to be done to the values, so that tfjs's layer computes what Keras's does. */
  readonly adjustment?: Adjustment;
}

/**
 * Multiplies the values of some weights by factors along the last dimension, which falls into as many equal parts
 * as there are factors. The weight's name is the last part of tfjs's.
 */
export interface Adjustment {
  readonly weights: readonly string[];
  readonly factors: readonly number[];
}
