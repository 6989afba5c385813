import { isJsonObject, type JsonObject } from '../../worker/model/json_object.ts';
import type { ImageFile } from '../files/image_file.ts';
import { type KerasObject, layerName, readKerasObject, unwrap } from './keras_object.ts';

/** A scale of less than this is for samples from 0 to 255: 1/255, 1/128 and such, and none for samples from 0 to 1. */
const LARGEST_SCALE = 1 / 64;
/** Layers in front that leave samples what they are. */
const HARMLESS = /^(Resizing|CenterCrop|Random[A-Z]\w*|InputLayer)$/;
const MOST_LAYERS = 16;

/**
 * Tells that a model rescales samples from 0 to 255 itself, so that an image becomes its input without an image.json.
 *
 * @param configuration of a Sequential or Functional model, as Keras or tfjs writes it
 * @returns what an image.json would say; undefined where the layers in front do not tell
 */
export function rescaledInput(configuration: unknown): ImageFile | undefined {
  const model = readKerasObject(configuration);
  const layers = model?.config.layers;
  if (model === undefined || !Array.isArray(layers)) return undefined;
  const objects = layers
    .map((layer: unknown) => readKerasObject(layer))
    .filter((layer) => layer !== undefined);
  let size: ImageFile['size'];
  for (const { className, config } of frontOf(model.className, objects).slice(0, MOST_LAYERS)) {
    if (className === 'Rescaling') {
      const scale = [unwrap(config.scale)].flat();
      const isForBytes = scale.every((each) => typeof each === 'number' && each > 0 && each < LARGEST_SCALE);
      return isForBytes
        ? { fit: 'stretch', resize: 'bilinear', scale: 1, offset: 0, ...(size && { size }) }
        : undefined;
    }
    if (!HARMLESS.test(className)) return undefined;
    size ??= className === 'Resizing' ? sizeOf(config) : undefined;
  }
  return undefined;
}

/** To what size the layer resizes: an image of that size passes it unchanged. */
function sizeOf({ height, width }: JsonObject): ImageFile['size'] {
  return typeof height === 'number' && typeof width === 'number' ? [height, width] : undefined;
}

/** The layers behind the only input, as long as each has one consumer. */
function frontOf(className: string, layers: readonly KerasObject[]): KerasObject[] {
  if (className === 'Sequential') return [...layers];
  const inputs = layers.filter((layer) => layer.className === 'InputLayer');
  const front: KerasObject[] = [];
  let [last] = inputs;
  if (inputs.length !== 1) return front;
  while (last !== undefined && front.length < MOST_LAYERS) {
    front.push(last);
    const name = layerName(last);
    const consumers = layers.filter(({ json }) => name !== undefined && names(json.inbound_nodes, name));
    last = consumers.length === 1 ? consumers[0] : undefined;
  }
  return front;
}

/** Whether a text stands anywhere in a value: Keras has several forms of the calls of a layer. */
function names(value: unknown, text: string): boolean {
  if (Array.isArray(value)) return value.some((each) => names(each, text));
  if (isJsonObject(value)) return Object.values(value).some((each) => names(each, text));
  return value === text;
}
