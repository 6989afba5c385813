import { cast, multiply, subtract } from '../../../builder/elementwise.ts';
import { input, type Operator, type OperatorTable, output } from '../../conversion/operator_call.ts';
import { refuse } from '../../conversion/refusal.ts';
import { dequantize, isQuantized, oneScale, quantize, rescale, widened } from '../../tensors/quantization.ts';
import type { TfliteTensor } from '../../tensors/tflite_tensor.ts';

const toCodes: Operator = (call) => {
  const { g } = call;
  const [x, target] = [input(call, 0), output(call, 0)];
  if (isQuantized(x)) return target.type === 'INT32' ? widened(g, x, target) : rescale(g, x, target);
  return x.dtype === 'float32' ? quantize(g, x, target) : refuse(`takes ${x.type}, which has no scale`);
};

/** Half-precision floats are computed as floats of 32 bits anyway. */
const toFloats: Operator = (call) => {
  const x = input(call, 0);
  const { g } = call;
  if (isQuantized(x)) return dequantize(g, x);
  if (x.type === 'INT32' && x.quantization !== undefined) {
    const { scale, zero } = oneScale(x);
    return multiply(g, cast(g, zero === 0 ? x : subtract(g, x, zero), 'float32'), scale);
  }
  return x.type === 'FLOAT16' || x.type === 'FLOAT32' ? x : refuse(`takes ${x.type}, which has no scale`);
};

/** Rounds floats to those of a quantized type. */
const simulated: Operator = (call) => {
  const { g } = call;
  const { min, max, num_bits, narrow_range } = call.options.read('FakeQuantOptions');
  const x = input(call, 0);
  return g.node(
    'FakeQuantWithMinMaxArgs',
    [x],
    { shape: x.shape },
    {
      min: { f: min },
      max: { f: max },
      num_bits: { i: String(num_bits) },
      narrow_range: { b: narrow_range },
    },
  );
};

/** Constants that the file stores without their zeros are whole by the time that they are read. */
const whole: Operator = (call): TfliteTensor => input(call, 0);

export const QUANTIZATION: OperatorTable = {
  DENSIFY: { convert: whole, quantized: 'itself' },
  DEQUANTIZE: { convert: toFloats, quantized: 'itself' },
  FAKE_QUANT: { convert: simulated, quantized: 'in-float' },
  QUANTIZE: { convert: toCodes, quantized: 'itself' },
};
