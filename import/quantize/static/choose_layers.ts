import { elementCount } from '../../../worker/model/tensor.ts';
import { float32Values } from '../../graph/float32_values.ts';
import type { GraphRewrite } from '../../simplify/graph_rewrite.ts';
import { type Chains, findChains, type Observed } from './chains.ts';
import { type FilterScales, quantizeFilter } from './quantize_filter.ts';
import type { Convolution, Step } from './read_step.ts';
import { costlyConvolutions } from './worthwhile.ts';

/** A product of one row whose matrix has so many elements reads it quantized, and is computed with floats. */
const LARGE_MATRIX = 32 * 1024;

/** What is computed in bytes, and what is not. */
export interface ChosenLayers {
  readonly chains: Chains;
  /** The scales of the convolutions in bytes, by name. */
  readonly filters: ReadonlyMap<string, FilterScales>;
  /** Why each other convolution stays in floats, by name. */
  readonly inFloats: ReadonlyMap<string, string>;
}

/** Chooses the convolutions that plans compute in bytes, and that win time by it. */
export class LayerChoice {
  readonly #rewrite: GraphRewrite;
  readonly #steps: readonly Step[];
  readonly #observed: ReadonlyMap<string, Observed>;
  readonly #values = new Map<
    string,
    { readonly filter: Float32Array; readonly bias: Float32Array | undefined }
  >();

  readonly #costly: typeof costlyConvolutions;

  /**
   * @param steps in an order in which each follows those whose results it takes
   * @param costly names the convolutions of chains that win no time
   */
  constructor(
    rewrite: GraphRewrite,
    steps: readonly Step[],
    observed: ReadonlyMap<string, Observed>,
    costly = costlyConvolutions,
  ) {
    this.#rewrite = rewrite;
    this.#steps = steps;
    this.#observed = observed;
    this.#costly = costly;
  }

  /** @param refused convolutions that have to stay in floats, with the reasons */
  async choose(refused: ReadonlyMap<string, string>): Promise<ChosenLayers> {
    const inFloats = new Map(refused);
    for (const step of this.#steps) {
      const reason = step.kind === 'convolution' ? this.#misfit(step) : undefined;
      if (reason !== undefined && !inFloats.has(step.node.name)) inFloats.set(step.node.name, reason);
    }
    for (;;) {
      const chains = findChains(this.#rewrite, this.#steps, this.#observed, (name) => !inFloats.has(name));
      const filters = await this.#filters(chains);
      const tooLarge = chains.steps.filter(
        ({ kind, node }) => kind === 'convolution' && !filters.has(node.name),
      );
      for (const { node } of tooLarge)
        inFloats.set(node.name, 'its sums would leave the integers that float32 has');
      const costly = tooLarge.length > 0 ? [] : this.#costly(this.#rewrite, chains, this.#observed);
      for (const name of costly)
        inFloats.set(name, 'making bytes of its input would take longer than it wins');
      if (tooLarge.length + costly.length === 0) return { chains, filters, inFloats };
    }
  }

  #misfit({ node, inputs, filter, operation }: Convolution): string | undefined {
    const [x, y] = [this.#observed.get(inputs[0] ?? ''), this.#observed.get(node.name)];
    if (x === undefined || y === undefined) return 'no example gives it finite values';
    const [height, width, channels = 0] = filter.shape;
    if (operation === 'Conv2D' && x.shape[3] !== channels) return 'its filters are for groups of channels';
    const positions = elementCount(y.shape.slice(0, -1)) / (y.shape[0] ?? 1);
    return positions === 1 && height === 1 && width === 1 && elementCount(filter.shape) >= LARGE_MATRIX
      ? 'it computes a single position, for which only its weights are stored in bytes'
      : undefined;
  }

  async #filters({ steps, codes }: Chains): Promise<Map<string, FilterScales>> {
    const filters = new Map<string, FilterScales>();
    for (const step of steps) {
      if (step.kind !== 'convolution') continue;
      const [x, y] = [codes.get(step.inputs[0] ?? ''), codes.get(step.node.name)];
      if (x === undefined || y === undefined) continue;
      const { filter: values, bias } = await this.#valuesOf(step);
      const { channels, filter, operation } = step;
      const channelOf = (index: number): number => index % channels;
      const means = this.#observed.get(step.inputs[0] ?? '')?.means ?? [];
      const inChannels = filter.shape[2] ?? 1;
      const meanInputOf = (index: number): number =>
        means[(operation === 'Conv2D' ? Math.floor(index / channels) : index) % inChannels] ?? 0;
      const quantized = quantizeFilter({ values, channels, channelOf, bias, meanInputOf }, x, y);
      if (quantized.kind === 'quantized') filters.set(step.node.name, quantized);
    }
    return filters;
  }

  async #valuesOf({ node, filter, bias }: Convolution) {
    const known = this.#values.get(node.name);
    if (known !== undefined) return known;
    const values = {
      filter: float32Values(await filter.read()),
      bias: bias && float32Values(await bias.read()),
    };
    this.#values.set(node.name, values);
    return values;
  }
}
