import * as v from 'valibot';

/** Weights of layers that are matrices of products and nothing else, by the layer's class. */
const MATRICES: Readonly<Record<string, readonly string[]>> = {
  Dense: ['kernel'],
  Conv1D: ['kernel'],
  Conv2D: ['kernel'],
  SeparableConv2D: ['pointwise_kernel'],
  SimpleRNN: ['kernel', 'recurrent_kernel'],
  LSTM: ['kernel', 'recurrent_kernel'],
  // Its recurrent kernel is split.
  GRU: ['kernel'],
};

const LayerSchema = v.object({ class_name: v.string(), config: v.looseObject({ name: v.string() }) });
const WrapperSchema = v.looseObject({ layer: v.object({ class_name: v.string() }) });

/** Whether a weight of a model of layers is such a matrix, by its name: layers, and the weight's own. */
export function layerMatrices(topology: unknown): (weight: string) => boolean {
  const classes = new Map<string, string>();
  collect(topology, classes);
  return (weight) => {
    const [name = '', ...layers] = weight.replace(/:0$/, '').split('/').reverse();
    // The innermost that the topology names; a wrapper gives what it wraps a name of its own.
    const layer = layers.find((each) => classes.has(each));
    return layer !== undefined && MATRICES[classes.get(layer) ?? '']?.includes(name) === true;
  };
}

/** Notes the class of every layer in it, of a wrapper that of what it wraps. */
function collect(json: unknown, classes: Map<string, string>): void {
  if (typeof json !== 'object' || json === null) return;
  if (v.is(LayerSchema, json)) {
    const { class_name, config } = json;
    classes.set(config.name, v.is(WrapperSchema, config) ? config.layer.class_name : class_name);
  }
  for (const value of Object.values(json)) collect(value, classes);
}
