import { elementCount } from '../../../worker/model/tensor.ts';
import { float32Values } from '../../graph/float32_values.ts';
import type { Graph, GraphNode, Weight } from '../../graph/graph.ts';
import { hasControlInputs, textAttribute } from '../attributes.ts';
import { GraphRewrite } from '../graph_rewrite.ts';

/** The integers of a quantized type. */
interface Steps {
  readonly least: number;
  readonly most: number;
}

const TYPES: ReadonlyMap<string | undefined, Steps> = new Map([
  ['DT_QINT8', { least: -128, most: 127 }],
  ['DT_QUINT8', { least: 0, most: 255 }],
  ['DT_QINT16', { least: -32768, most: 32767 }],
  ['DT_QUINT16', { least: 0, most: 65535 }],
]);

/** Makes floats of quantized constants whose range is constant too. They are computed when they are read. */
export async function dequantizeConstants(graph: Graph): Promise<Graph> {
  const rewrite = new GraphRewrite(graph);
  for (const node of rewrite.nodes()) {
    const steps = TYPES.get(node.attr.T?.type);
    if (node.op !== 'Dequantize' || steps === undefined || !isOfOneRange(node)) continue;
    if (rewrite.isNamed(node.name) || hasControlInputs(node)) continue;
    const [quantized, low, high] = node.input.map((tensor) => rewrite.constant(tensor));
    if (quantized?.dtype !== 'int32' || !isNumber(low) || !isNumber(high)) continue;
    const [min = 0] = float32Values(await low.read());
    const [max = 0] = float32Values(await high.read());
    const toFloat = conversion(node, steps, min, max);
    if (toFloat !== undefined) rewrite.replaceByConstant(node.name, converted(quantized, toFloat));
  }
  return rewrite.finish();
}

/** True if one range holds for all channels, and the result is float32. */
function isOfOneRange({ attr }: GraphNode): boolean {
  return (attr.axis?.i ?? '-1') === '-1' && (attr.dtype?.type ?? 'DT_FLOAT') === 'DT_FLOAT';
}

const isNumber = (weight: Weight | undefined): weight is Weight =>
  weight?.dtype === 'float32' && elementCount(weight.shape) === 1;

/** Source: TensorFlow's dequantize_op.cc and quantization_utils.h, which compute in float32 where this rounds. */
function conversion(
  node: GraphNode,
  { least, most }: Steps,
  min: number,
  max: number,
): ((value: number) => number) | undefined {
  const { fround } = Math;
  switch (textAttribute(node, 'mode') ?? 'MIN_COMBINED') {
    case 'MIN_COMBINED': {
      const scale = fround(fround(max - min) / (most - least));
      return (value) => fround(fround((value - least) * scale) + min);
    }
    case 'MIN_FIRST': {
      // 0 is one of the steps: the minimum moves to the nearest one.
      const scale = (max - min) / (most - least);
      const nearest = fround(min / fround(scale));
      // Halves go away from 0, as std::round has them.
      const first = Math.sign(nearest) * Math.round(Math.abs(nearest)) * fround(scale);
      return (value) => fround((min === max ? min : first) + (value - least) * scale);
    }
    case 'SCALED': {
      const lowest = least + (node.attr.narrow_range?.b === true ? 1 : 0);
      const upper = fround(max / most);
      const scale = least === 0 ? upper : Math.max(fround(min / lowest), upper);
      return (value) => fround(value * scale);
    }
    default:
      return undefined;
  }
}

function converted({ shape, read }: Weight, toFloat: (value: number) => number): Weight {
  return {
    dtype: 'float32',
    shape,
    byteLength: 4 * elementCount(shape),
    read: async () => {
      // A copy lies where integers of 32 bits may begin.
      const values = new Int32Array(new Uint8Array(await read()).buffer);
      return new Uint8Array(Float32Array.from(values, toFloat).buffer);
    },
  };
}
