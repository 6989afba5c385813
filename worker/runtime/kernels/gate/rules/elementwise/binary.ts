import type { DataType } from '@tensorflow/tfjs-core';
import type { KernelCall } from '../../kernel_call.ts';
import { gives, type Rule, type Rules } from '../../rule.ts';
import { broadcast, isSameShape } from '../../shapes.ts';

/** The rule of an element-wise operation on two tensors, with broadcasting. */
function binary(dtypes: readonly DataType[], output?: DataType): Rule {
  return (call) => {
    const a = call.tensor('a');
    const b = call.tensor('b');
    if (a.dtype !== b.dtype) call.refuse(`a is ${a.dtype} and b is ${b.dtype}`);
    if (!dtypes.includes(a.dtype)) call.expectDtype(a, 'a', ...dtypes);
    return gives(broadcast(call, a.shape, b.shape), output ?? a.dtype);
  };
}

/** The rule of a division. An integer division by zero traps in WebAssembly, and TensorFlow refuses it. */
function division(dtypes: readonly DataType[]): Rule {
  const rule = binary(dtypes);
  return (call) => {
    const verdict = rule(call);
    const b = call.tensor('b');
    if (b.dtype === 'int32' && call.values(b).includes(0)) call.refuse('an integer is divided by zero');
    return verdict;
  };
}

const numbers = binary(['float32', 'int32']);

const power: Rule = (call) => {
  const b = call.tensor('b');
  if (b.dtype === 'int32' && call.values(b).some((value) => value < 0))
    call.refuse('an integer is raised to a negative power');
  return numbers(call);
};

const comparison = binary(['float32', 'int32', 'bool'], 'bool');
const equality = binary(['float32', 'int32', 'bool', 'string'], 'bool');
const logical = binary(['bool'], 'bool');

const prelu: Rule = (call) => {
  const x = call.tensor('x');
  const alpha = call.tensor('alpha');
  call.expectDtype(x, 'x', 'float32');
  call.expectDtype(alpha, 'alpha', 'float32');
  expectBroadcastTo(call, alpha.shape, 'alpha', x.shape);
  return gives(x.shape, 'float32');
};

export function expectBroadcastTo(
  call: KernelCall,
  shape: readonly number[],
  name: string,
  wanted: readonly number[],
): void {
  if (!isSameShape(broadcast(call, shape, wanted), wanted))
    call.refuse(`${name} of shape [${shape}] does not broadcast to [${wanted}]`);
}

/** The three inputs have the same shape, since tfjs broadcasts them before it calls the kernel. */
const select: Rule = (call) => {
  const condition = call.tensor('condition');
  const t = call.tensor('t');
  const e = call.tensor('e');
  call.expectDtype(condition, 'condition', 'bool');
  call.expectDtype(t, 't', 'float32', 'int32', 'bool');
  if (t.dtype !== e.dtype) call.refuse(`t is ${t.dtype} and e is ${e.dtype}`);
  if (!isSameShape(t.shape, e.shape) || !isSameShape(t.shape, condition.shape))
    call.refuse(`shapes [${condition.shape}], [${t.shape}] and [${e.shape}] differ`);
  return gives(t.shape, t.dtype);
};

const addN: Rule = (call) => {
  const [first, ...others] = call.list();
  if (first === undefined) return call.refuse('there is nothing to add');
  call.expectDtype(first, 'an input', 'float32', 'int32');
  for (const { shape, dtype } of others)
    if (dtype !== first.dtype || !isSameShape(shape, first.shape))
      call.refuse(`${first.dtype} [${first.shape}] and ${dtype} [${shape}] cannot be added`);
  return gives(first.shape, first.dtype);
};

const ofThree: Rule = (call) => {
  const [a, b, x] = [call.tensor('a'), call.tensor('b'), call.tensor('x')];
  call.expectDtype(a, 'a', 'float32');
  call.expectDtype(b, 'b', 'float32');
  call.expectDtype(x, 'x', 'float32');
  return gives(broadcast(call, broadcast(call, a.shape, b.shape), x.shape), 'float32');
};

export const BINARY_RULES: Rules = {
  Add: numbers,
  AddN: addN,
  Atan2: binary(['float32']),
  Betainc: ofThree,
  Bitwise: binary(['int32']),
  BitwiseAnd: binary(['int32']),
  Equal: equality,
  FloorDiv: division(['float32', 'int32']),
  Greater: comparison,
  GreaterEqual: comparison,
  Igamma: binary(['float32']),
  Igammac: binary(['float32']),
  Less: comparison,
  LessEqual: comparison,
  LogicalAnd: logical,
  LogicalOr: logical,
  LogicalXor: logical,
  Maximum: numbers,
  Minimum: numbers,
  Mod: division(['float32', 'int32']),
  Multiply: numbers,
  NextAfter: binary(['float32']),
  NotEqual: equality,
  Polygamma: binary(['float32']),
  Pow: power,
  Prelu: prelu,
  RealDiv: division(['float32', 'int32']),
  Select: select,
  SquaredDifference: numbers,
  Sub: numbers,
  TruncateDiv: division(['int32']),
  TruncateMod: division(['float32', 'int32']),
  Zeta: binary(['float32']),
};
