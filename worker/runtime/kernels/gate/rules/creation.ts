import { gives, givesEvenOfEmpty, type Rule, type Rules } from '../rule.ts';
import { broadcast } from '../shapes.ts';

const fill: Rule = (call) => {
  const shape = call.sizes('shape');
  const value = call.attribute('value');
  const dtype = call.attribute('dtype') ?? (typeof value === 'boolean' ? 'bool' : 'float32');
  if (dtype !== 'float32' && dtype !== 'int32' && dtype !== 'bool')
    return call.refuse(`${String(dtype)} is not computed`);
  if (typeof value !== 'number' && typeof value !== 'boolean')
    call.refuse(`${String(value)} is not a number`);
  return { ...gives(shape, dtype), fill: Number(value) };
};

function like(value: number): Rule {
  return (call) => {
    const x = call.tensor('x');
    call.expectDtype(x, 'x', 'float32', 'int32', 'bool');
    return { ...gives(x.shape, x.dtype), fill: value };
  };
}

/** Numbers from `start` to before `stop`. */
const range: Rule = (call) => {
  const start = call.number('start');
  const stop = call.number('stop');
  const step = call.number('step');
  const dtype = call.attribute('dtype');
  if (dtype !== 'float32' && dtype !== 'int32') return call.refuse(`${String(dtype)} is not computed`);
  if (![start, stop, step].every(Number.isFinite))
    call.refuse(`from ${start} to ${stop} by ${step} is not finite`);
  if (dtype === 'int32' && ![start, stop, step].every(Number.isInteger))
    call.refuse(`from ${start} to ${stop} by ${step} are not integers`);
  if (step === 0 || (step > 0 ? start > stop : start < stop))
    call.refuse(`from ${start} no step of ${step} leads to ${stop}`);
  return gives([Math.ceil(Math.abs((stop - start) / step))], dtype);
};

const linSpace: Rule = (call) => {
  call.number('start');
  call.number('stop');
  const count = call.integer('num');
  if (count < 1) call.refuse(`${count} numbers are less than one`);
  return gives([count], 'float32');
};

const multinomial: Rule = (call) => {
  const logits = call.tensor('logits');
  call.expectDtype(logits, 'logits', 'float32');
  call.expectRank(logits, 'logits', 2);
  const samples = call.integer('numSamples');
  if (samples < 0) call.refuse(`${samples} samples are less than none`);
  return gives([logits.shape[0] ?? 0, samples], 'int32');
};

/** The broadcast shape of two shapes that are tensors. */
const broadcastArgs: Rule = (call) => {
  const shapes = ['s0', 's1'].map((name) => {
    const shape = call.tensor(name);
    call.expectDtype(shape, name, 'int32');
    call.expectRank(shape, name, 1);
    return [...call.values(shape)];
  });
  const [first = [], second = []] = shapes;
  return givesEvenOfEmpty([broadcast(call, first, second).length], 'int32');
};

export const CREATION_RULES: Rules = {
  BroadcastArgs: broadcastArgs,
  Fill: fill,
  LinSpace: linSpace,
  Multinomial: multinomial,
  OnesLike: like(1),
  Range: range,
  ZerosLike: like(0),
};
