import { gives, type Rule, type Rules } from '../../rule.ts';
import { isSameShape } from '../../shapes.ts';

const wrapInteger: Rule = (call) => {
  const x = call.tensor('x');
  call.expectDtype(x, 'x', 'int32');
  const bits = call.integer('bits');
  if (bits !== 8 && bits !== 16) call.refuse(`integers of ${bits} bits are not computed`);
  return gives(x.shape, 'int32');
};

const expectInt32: Rule = (call) => {
  const [x, approximate] = [call.tensor('x'), call.tensor('approximate')];
  call.expectDtype(x, 'x', 'int32');
  call.expectDtype(approximate, 'approximate', 'float32');
  if (!isSameShape(x.shape, approximate.shape))
    call.refuse(`shapes [${x.shape}] and [${approximate.shape}] differ`);
  call.number('tolerance');
  return gives(x.shape, 'int32');
};

export const INTEGER_RULES: Rules = { ExpectInt32: expectInt32, WrapInteger: wrapInteger };
