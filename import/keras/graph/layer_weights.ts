import type { NodeBuilder } from '../../builder/node_builder.ts';
import type { SymbolicTensor } from '../../builder/symbolic_tensor.ts';
import type { ExpectedWeight } from '../weights/expected_weights.ts';

interface Requested {
  readonly group: string;
  readonly expected: ExpectedWeight;
}

/** What all groups of one layer share. */
interface Layer {
  readonly requested: Map<string, Requested>;
  readonly tensors: Map<string, SymbolicTensor>;
  readonly trainable: boolean;
}

/**
 * The weights of a layer, as it asks for them while its nodes are made: once each, however often the layer is called.
 * Some layers keep theirs in groups of layers within them.
 */
export class LayerWeights {
  readonly #g: NodeBuilder;
  readonly #layer: Layer;
  readonly #group: string;
  readonly #owner: string;

  private constructor(g: NodeBuilder, layer: Layer, group: string, owner: string) {
    this.#g = g;
    this.#layer = layer;
    this.#group = group;
    this.#owner = owner;
  }

  /** @param owner the layer's name in Keras @param trainable files list the weights of frozen layers last */
  static of(g: NodeBuilder, owner: string, trainable: boolean): LayerWeights {
    return new LayerWeights(g, { requested: new Map(), tensors: new Map(), trainable }, '', owner);
  }

  /** The weights in a group below, of a layer of this name. */
  in(group: string, owner: string): LayerWeights {
    const path = this.#group === '' ? group : `${this.#group}/${group}`;
    return new LayerWeights(this.#g, this.#layer, path, owner);
  }

  /**
   * A weight by Keras's name for it. Those of one group have to be asked for in the order in which Keras makes them.
   */
  get(
    name: string,
    shape: readonly number[],
    {
      trainable = true,
      optional = false,
    }: { readonly trainable?: boolean; readonly optional?: boolean } = {},
  ): SymbolicTensor {
    const key = `${this.#group}/${this.#owner}/${name}`;
    const known = this.#layer.tensors.get(key);
    if (known !== undefined) return known;
    const tensor = this.#g.parameter(`${this.#group}/${name}`.replace(/^\//, ''), 'float32', shape);
    this.#layer.tensors.set(key, tensor);
    this.#layer.requested.set(key, {
      group: this.#group,
      expected: {
        name: tensor.ref,
        shape,
        words: [...this.#owner.split('/'), name],
        trainable: trainable && this.#layer.trainable,
        ...(optional ? { optional } : {}),
      },
    });
    return tensor;
  }

  /** The groups in which there are weights, in the order in which they were asked for. */
  get groups(): string[] {
    return [...new Set([...this.#layer.requested.values()].map(({ group }) => group))];
  }

  /** All weights of the layer, group by group. */
  get expected(): ExpectedWeight[] {
    const requested = [...this.#layer.requested.values()];
    return this.groups.flatMap((group) =>
      requested.filter((one) => one.group === group).map(({ expected }) => expected),
    );
  }
}
