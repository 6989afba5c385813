import { countUp } from '../../../builder/creation.ts';
import { add, cast, divide, multiply, subtract, unary } from '../../../builder/elementwise.ts';
import { input, type Operator, type OperatorTable } from '../../conversion/operator_call.ts';
import { dataTypeOf } from '../../values/element_types.ts';
import { typed } from '../../values/onnx_tensor.ts';
import { typeOfNumber } from '../shapes/creation.ts';
import { onlyElement } from '../shapes/sizes.ts';

const FLOAT = 1;

/** A sum of cosines: the coefficient of each multiple of the angle, with its sign. */
const windowOf =
  (coefficients: readonly number[]): Operator =>
  (call) => {
    const { g, attributes } = call;
    const given = input(call, 0);
    const [known] = given.elements ?? [];
    const size = known ?? onlyElement(g, given);
    const type = typeOfNumber(attributes.integer('output_datatype', FLOAT));
    const count = typeof size === 'number' ? g.scalar(size, 'float32') : cast(g, size, 'float32');
    const length = attributes.flag('periodic', true) ? count : subtract(g, count, 1);
    const angle = divide(g, multiply(g, cast(g, countUp(g, size), 'float32'), 2 * Math.PI), length);
    const terms = coefficients.map((coefficient, multiple) =>
      multiply(g, unary(g, 'Cos', multiply(g, angle, multiple)), coefficient),
    );
    return typed(
      cast(
        g,
        terms.reduce((one, other) => add(g, one, other)),
        dataTypeOf(type),
      ),
      type,
    );
  };

export const WINDOWS: OperatorTable = {
  BlackmanWindow: windowOf([0.42, -0.5, 0.08]),
  HammingWindow: windowOf([25 / 46, -21 / 46]),
  HannWindow: windowOf([0.5, -0.5]),
};
