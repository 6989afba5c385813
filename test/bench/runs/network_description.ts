import * as v from 'valibot';

const TensorSchema = v.object({ name: v.string(), onnxName: v.string(), shape: v.array(v.number()) });

/** The description of a network for an engine. It is stored with the network's files as network.json. */
const NetworkDescriptionSchema = v.object({
  name: v.string(),
  format: v.picklist(['tfjs-graph-model', 'tfjs-layers-model']),
  /** The tfjs files; the one with the topology is model.json. */
  files: v.array(v.string()),
  input: v.object({ ...TensorSchema.entries, dtype: v.picklist(['float32', 'int32']) }),
  outputs: v.array(TensorSchema),
});
export type NetworkDescription = v.InferOutput<typeof NetworkDescriptionSchema>;

export const DESCRIPTION_FILE = 'network.json';
export const TOPOLOGY_FILE = 'model.json';
export const ONNX_FILE = 'model.onnx';
/** What this product makes of the ONNX file, with a description of its own. */
export const CONVERTED_FOLDER = 'converted';

export const parseDescription = (text: string): NetworkDescription =>
  v.parse(NetworkDescriptionSchema, JSON.parse(text));
