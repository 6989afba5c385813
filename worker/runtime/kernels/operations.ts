/** Numbers of the element-wise operations, the same as in assembly/unary.ts and assembly/binary.ts. */
export const UNARY = {
  clamp: 0,
  leakyRelu: 1,
  elu: 2,
  sigmoid: 3,
  tanh: 4,
  exp: 5,
  erf: 6,
  abs: 7,
  negate: 8,
  square: 9,
  squareRoot: 10,
  reciprocalSquareRoot: 11,
  reciprocal: 12,
  swish: 13,
  gelu: 14,
  hardSigmoid: 15,
  hardSwish: 16,
  selu: 17,
} as const;
export type UnaryOperation = (typeof UNARY)[keyof typeof UNARY];

export const BINARY = {
  add: 0,
  subtract: 1,
  multiply: 2,
  divide: 3,
  maximum: 4,
  minimum: 5,
  squaredDifference: 6,
  prelu: 7,
} as const;
export type BinaryOperation = (typeof BINARY)[keyof typeof BINARY];
