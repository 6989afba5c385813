import * as v from 'valibot';

/** The weights of layers that are only used as matrices of products, by the layer's class. */
const MATRICES: Readonly<Record<string, readonly string[]>> = {
  Dense: ['kernel'],
  Conv1D: ['kernel'],
  Conv2D: ['kernel'],
  SeparableConv2D: ['pointwise_kernel'],
  SimpleRNN: ['kernel', 'recurrent_kernel'],
  LSTM: ['kernel', 'recurrent_kernel'],
  // The recurrent kernel of a GRU is split.
  GRU: ['kernel'],
};

const LayerSchema = v.object({ class_name: v.string(), config: v.looseObject({ name: v.string() }) });
const WrapperSchema = v.looseObject({ layer: v.object({ class_name: v.string() }) });

/**
 * Returns a function that is true for the name of a weight that is such a matrix. The name consists of the layers'
 * names and the weight's own.
 */
export function layerMatrices(topology: unknown): (weight: string) => boolean {
  const classes = new Map<string, string>();
  collect(topology, classes);
  return (weight) => {
    const [name = '', ...layers] = weight.replace(/:0$/, '').split('/').reverse();
    // The innermost layer that the topology names, since a wrapper renames the wrapped layer.
    const layer = layers.find((each) => classes.has(each));
    return layer !== undefined && MATRICES[classes.get(layer) ?? '']?.includes(name) === true;
  };
}

/** Records the class of every layer, and for a wrapper that of the wrapped layer. */
function collect(json: unknown, classes: Map<string, string>): void {
  if (typeof json !== 'object' || json === null) return;
  if (v.is(LayerSchema, json)) {
    const { class_name, config } = json;
    classes.set(config.name, v.is(WrapperSchema, config) ? config.layer.class_name : class_name);
  }
  for (const value of Object.values(json)) collect(value, classes);
}
