import { expect, test } from 'vitest';
import { readSavedModel } from '../../../import/saved_model/read_saved_model.ts';
import { simplify } from '../../../import/simplify/simplify.ts';
import { constant, FLOAT, floats, node, shape, text, type } from '../../fixtures/saved_model/messages.ts';
import { runGraph } from '../../fixtures/saved_model/run_graph.ts';
import { writeSavedModel } from '../../fixtures/saved_model/write_saved_model.ts';

const QINT8 = 11;
const QUINT8 = 12;
const QINT16 = 15;
const QUINT16 = 16;

/** Values by TensorFlow's documentation of Dequantize. MIN_FIRST moves the minimum to the nearest step. */
test.for<[string, number, number[], [min: number, max: number], Record<string, unknown>, number[]]>([
  ['quint8, by default', QUINT8, [0, 85, 255], [0, 6], {}, [0, 2, 6]],
  ['qint8, combined', QINT8, [-128, -1, 127], [-1, 254], { mode: text('MIN_COMBINED') }, [-1, 126, 254]],
  ['qint16, combined', QINT16, [-32768, 32767], [0, 65535], { mode: text('MIN_COMBINED') }, [0, 65535]],
  ['quint16, combined', QUINT16, [0, 1, 65535], [-5, 65530], {}, [-5, -4, 65530]],
  [
    'quint8, minimum first',
    QUINT8,
    [0, 1, 255],
    [-10.5, 244.5],
    { mode: text('MIN_FIRST') },
    [-11, -10, 244],
  ],
  ['qint8, minimum first', QINT8, [-128, 0, 127], [-64, 63.5], { mode: text('MIN_FIRST') }, [-64, 0, 63.5]],
  ['quint8, scaled', QUINT8, [0, 1, 255], [-3, 127.5], { mode: text('SCALED') }, [0, 0.5, 127.5]],
  ['qint8, scaled by the minimum', QINT8, [-128, 0, 2], [-64, 12], { mode: text('SCALED') }, [-64, 0, 1]],
  [
    'qint8, scaled in a narrow range',
    QINT8,
    [-127, 0, 2],
    [-63.5, 12],
    { mode: text('SCALED'), narrow_range: { b: true } },
    [-63.5, 0, 1],
  ],
])('a constant of %s becomes floats', async ([, dtype, values, [min, max], attr, wanted]) => {
  const model = await readSavedModel(
    await writeSavedModel({
      nodes: [
        node('x', 'Placeholder', [], { dtype: type(FLOAT), shape: { shape: shape() } }),
        constant('quantized', dtype, [values.length], { intVal: values }),
        floats('min', [], min),
        floats('max', [], max),
        node('floats', 'Dequantize', ['quantized', 'min', 'max'], { T: type(dtype), ...attr }),
        node('y', 'Mul', ['x', 'floats'], { T: type(FLOAT) }),
      ],
      signatures: {
        serving_default: {
          inputs: { x: { name: 'x:0', dtype: FLOAT, shape: [] } },
          outputs: { y: { name: 'y:0', dtype: FLOAT, shape: [-1] } },
        },
      },
    }),
  );
  if (model.kind !== 'read') throw new Error(model.message);
  const { graph } = await simplify(model.value.graph);
  const outputs = await runGraph(graph, 'serving_default', { x: { shape: [], values: [1] } });
  expect(outputs.y).toEqual({ shape: [values.length], values: wanted });
});
