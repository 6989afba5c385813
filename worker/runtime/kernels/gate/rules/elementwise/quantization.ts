import { gives, type Rule, type Rules } from '../../rule.ts';
import { isSameShape } from '../../shapes.ts';

/** One range for all values, or one for each channel. The channels are the last dimension. */
const fakeQuantize: Rule = (call) => {
  const [x, min, max] = [call.tensor('x'), call.tensor('min'), call.tensor('max')];
  for (const [tensor, name] of [[x, 'x'] as const, [min, 'min'] as const, [max, 'max'] as const])
    call.expectDtype(tensor, name, 'float32');
  const [channels = 1, ...more] = min.shape;
  if (
    more.length > 0 ||
    !isSameShape(min.shape, max.shape) ||
    (channels !== 1 && channels !== x.shape.at(-1))
  )
    call.refuse(`ranges of shapes [${min.shape}] and [${max.shape}] do not fit x of shape [${x.shape}]`);
  const bits = call.integer('numBits');
  if (bits < 2 || bits > 16) call.refuse(`num_bits of ${bits} is not in [2, 16]`);
  const maxima = call.values(max);
  call.values(min).forEach((least, index) => {
    const most = maxima[index] ?? 0;
    if (!(least < most || (least === 0 && most === 0)))
      call.refuse(`a range from ${least} to ${most} is empty`);
  });
  return gives(x.shape, 'float32');
};

const quantizeAndDequantize: Rule = (call) => {
  const [x, min, max] = [call.tensor('x'), call.tensor('min'), call.tensor('max')];
  for (const [tensor, name] of [[x, 'x'] as const, [min, 'min'] as const, [max, 'max'] as const])
    call.expectDtype(tensor, name, 'float32');
  const bits = call.integer('numBits');
  const isSigned = call.flag('isSigned');
  if (bits < (isSigned ? 2 : 1) || bits > 24) call.refuse(`num_bits of ${bits} are not computed`);
  if (min.shape.length > 0 || max.shape.length > 0) call.refuse('a range for each channel is not computed');
  const [least = 0] = call.values(min);
  const [most = 0] = call.values(max);
  if (call.flag('isRangeGiven') && !(least <= most))
    call.refuse(`the range from ${least} to ${most} is upside down`);
  return gives(x.shape, 'float32');
};

export const QUANTIZATION_RULES: Rules = {
  FakeQuantize: fakeQuantize,
  QuantizeAndDequantize: quantizeAndDequantize,
};
