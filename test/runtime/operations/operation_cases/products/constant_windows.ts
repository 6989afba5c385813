import type { GraphConstant } from '../../../../fixtures/models/write_graph.ts';
import { type Asked, answered, float, type GateCase, text } from '../../../gate/gate_cases/case.ts';

/** A graph of a MaxPoolV2 whose window and strides are constants. */
function pooled(
  name: string,
  window: readonly number[],
  strides: readonly number[],
  attr: Readonly<Record<string, unknown>>,
  asked: readonly Asked[],
): GateCase {
  const constant = (of: string, values: readonly number[]): GraphConstant => ({
    name: of,
    shape: [4],
    values,
  });
  const input = ['x', 'window', 'strides'];
  return {
    name: `MaxPoolV2 ${name}`,
    inputs: [{ name: 'x', dtype: 'DT_FLOAT' }],
    nodes: [{ name: 'y', op: 'MaxPoolV2', input, attr: { T: { type: 'DT_FLOAT' }, ...attr } }],
    constants: [constant('window', window), constant('strides', strides)],
    outputs: [{ name: 'y', dtype: 'DT_FLOAT' }],
    asked,
  };
}

const NUMBERS = [3, 1, 4, 1, 5, 9, 2, 6, 5, 3, 5, 8];

/** Values by arithmetic over the windows. */
export const CONSTANT_WINDOW_CASES: readonly GateCase[] = [
  pooled('of every other pixel', [1, 2, 2, 1], [1, 1, 2, 1], { padding: text('VALID') }, [
    answered('two rows', { x: float([1, 3, 4, 1], NUMBERS) }, float([1, 2, 2, 1], [9, 6, 9, 8])),
  ]),
  pooled('at the edge', [1, 2, 3, 1], [1, 2, 2, 1], { padding: text('SAME') }, [
    answered('fewer pixels', { x: float([1, 3, 4, 1], NUMBERS) }, float([1, 2, 2, 1], [9, 6, 5, 8])),
  ]),
  pooled(
    'with channels first',
    [1, 1, 2, 1],
    [1, 1, 1, 1],
    { padding: text('VALID'), data_format: text('NCHW') },
    [
      answered(
        'columns of each channel',
        { x: float([1, 2, 3, 2], NUMBERS) },
        float([1, 2, 2, 2], [4, 1, 5, 9, 5, 6, 5, 8]),
      ),
    ],
  ),
];
