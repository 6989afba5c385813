/** The source of a tfjs layer's weights in the saved Keras model. */
export interface WeightSource {
  /** The layer's name in tfjs. */
  readonly name: string;
  /** The layer's name and class in Keras. */
  readonly kerasName: string;
  readonly kerasClass: string;
  /** The layers of a model, or of a wrapped model. */
  readonly members?: readonly WeightSource[];
  /**
   * In Keras 3's files, the subgroups with the layer's variables, in tfjs's order. For a wrapper of a model, the only
   * group with its layers.
   */
  readonly groups: readonly string[];
  /** The adjustment of the values with which tfjs's layer computes the same as Keras's. */
  readonly adjustment?: Adjustment;
}

/**
 * Multiplies some weights by factors along the last dimension, which has as many equal parts as there are factors. A
 * weight's name is the last part of tfjs's name.
 */
export interface Adjustment {
  readonly weights: readonly string[];
  readonly factors: readonly number[];
}
