/**
 * The constants of the functions are variables. V8 builds a vector constant at every use with three instructions, which
 * were most of the exponential function, but loads a variable with one.
 */
export let EXP_P0: v128 = f32x4.splat(1.9875691500e-4);
export let EXP_P1: v128 = f32x4.splat(1.3981999507e-3);
export let EXP_P2: v128 = f32x4.splat(8.3334519073e-3);
export let EXP_P3: v128 = f32x4.splat(4.1665795894e-2);
export let EXP_P4: v128 = f32x4.splat(1.6666665459e-1);
export let EXP_P5: v128 = f32x4.splat(5.0000001201e-1);
export let LN_2_LOW: v128 = f32x4.splat(2.12194440e-4);
export let LN_2_HIGH: v128 = f32x4.splat(-0.693359375);
export let EXP_LOWEST: v128 = f32x4.splat(-104);
/** The lower bound of exponentialOfNegative: it rounds to 2^-127, whose exponent bits make a zero. */
export let EXP_NORMAL_LOWEST: v128 = f32x4.splat(-88);
export let EXP_HIGHEST: v128 = f32x4.splat(89);
/** 1.5 * 2^23: adding it leaves a number rounded to an integer in the low bits. */
export let ROUND: v128 = f32x4.splat(12582912);
export let LOG2_E: v128 = f32x4.splat(1.44269504089);
export let ONE: v128 = f32x4.splat(1);
export let HALF: v128 = f32x4.splat(0.5);
export let ROOT_OF_HALF: v128 = f32x4.splat(0.7071067811865476);
export let EXP_MINUS_ONE_LOWEST: v128 = f32x4.splat(-30);
export let TANH_LOWEST: v128 = f32x4.splat(-7.90531110763549805);
export let TANH_HIGHEST: v128 = f32x4.splat(7.90531110763549805);
export let TANH_P0: v128 = f32x4.splat(-2.76076847742355e-16);
export let TANH_P1: v128 = f32x4.splat(2.00018790482477e-13);
export let TANH_P2: v128 = f32x4.splat(-8.60467152213735e-11);
export let TANH_P3: v128 = f32x4.splat(5.12229709037114e-8);
export let TANH_P4: v128 = f32x4.splat(1.48572235717979e-5);
export let TANH_P5: v128 = f32x4.splat(6.37261928875436e-4);
export let TANH_P6: v128 = f32x4.splat(4.89352455891786e-3);
export let TANH_Q0: v128 = f32x4.splat(1.19825839466702e-6);
export let TANH_Q1: v128 = f32x4.splat(1.18534705686654e-4);
export let TANH_Q2: v128 = f32x4.splat(2.2684346324390e-3);
export let TANH_Q3: v128 = f32x4.splat(4.89352518554385e-3);
export let ERF_LOWEST: v128 = f32x4.splat(-4);
export let ERF_HIGHEST: v128 = f32x4.splat(4);
export let ERF_P0: v128 = f32x4.splat(-2.72614225801306e-10);
export let ERF_P1: v128 = f32x4.splat(2.77068142495902e-8);
export let ERF_P2: v128 = f32x4.splat(-2.10102402082508e-6);
export let ERF_P3: v128 = f32x4.splat(-5.69250639462346e-5);
export let ERF_P4: v128 = f32x4.splat(-7.34990630326855e-4);
export let ERF_P5: v128 = f32x4.splat(-2.95459980854025e-3);
export let ERF_P6: v128 = f32x4.splat(-1.60960333262415e-2);
export let ERF_Q0: v128 = f32x4.splat(-1.45660718464996e-5);
export let ERF_Q1: v128 = f32x4.splat(-2.13374055278905e-4);
export let ERF_Q2: v128 = f32x4.splat(-1.68282697438203e-3);
export let ERF_Q3: v128 = f32x4.splat(-7.37332916720468e-3);
export let ERF_Q4: v128 = f32x4.splat(-1.42647390514189e-2);
export let EXPONENT_BIAS: v128 = i32x4.splat(127);
/** 1 in every lane of 16 bits. */
export let ONES: v128 = i16x8.splat(1);

/** Never called. Since a function could change the variables, no optimizer makes constants of them. */
export function scale_constants(factor: f32): void {
  const scale = f32x4.splat(factor);
  EXP_P0 = f32x4.mul(EXP_P0, scale);
  EXP_P1 = f32x4.mul(EXP_P1, scale);
  EXP_P2 = f32x4.mul(EXP_P2, scale);
  EXP_P3 = f32x4.mul(EXP_P3, scale);
  EXP_P4 = f32x4.mul(EXP_P4, scale);
  EXP_P5 = f32x4.mul(EXP_P5, scale);
  LN_2_LOW = f32x4.mul(LN_2_LOW, scale);
  LN_2_HIGH = f32x4.mul(LN_2_HIGH, scale);
  EXP_LOWEST = f32x4.mul(EXP_LOWEST, scale);
  EXP_NORMAL_LOWEST = f32x4.mul(EXP_NORMAL_LOWEST, scale);
  EXP_HIGHEST = f32x4.mul(EXP_HIGHEST, scale);
  ROUND = f32x4.mul(ROUND, scale);
  LOG2_E = f32x4.mul(LOG2_E, scale);
  ONE = f32x4.mul(ONE, scale);
  HALF = f32x4.mul(HALF, scale);
  ROOT_OF_HALF = f32x4.mul(ROOT_OF_HALF, scale);
  EXP_MINUS_ONE_LOWEST = f32x4.mul(EXP_MINUS_ONE_LOWEST, scale);
  TANH_LOWEST = f32x4.mul(TANH_LOWEST, scale);
  TANH_HIGHEST = f32x4.mul(TANH_HIGHEST, scale);
  TANH_P0 = f32x4.mul(TANH_P0, scale);
  TANH_P1 = f32x4.mul(TANH_P1, scale);
  TANH_P2 = f32x4.mul(TANH_P2, scale);
  TANH_P3 = f32x4.mul(TANH_P3, scale);
  TANH_P4 = f32x4.mul(TANH_P4, scale);
  TANH_P5 = f32x4.mul(TANH_P5, scale);
  TANH_P6 = f32x4.mul(TANH_P6, scale);
  TANH_Q0 = f32x4.mul(TANH_Q0, scale);
  TANH_Q1 = f32x4.mul(TANH_Q1, scale);
  TANH_Q2 = f32x4.mul(TANH_Q2, scale);
  TANH_Q3 = f32x4.mul(TANH_Q3, scale);
  ERF_LOWEST = f32x4.mul(ERF_LOWEST, scale);
  ERF_HIGHEST = f32x4.mul(ERF_HIGHEST, scale);
  ERF_P0 = f32x4.mul(ERF_P0, scale);
  ERF_P1 = f32x4.mul(ERF_P1, scale);
  ERF_P2 = f32x4.mul(ERF_P2, scale);
  ERF_P3 = f32x4.mul(ERF_P3, scale);
  ERF_P4 = f32x4.mul(ERF_P4, scale);
  ERF_P5 = f32x4.mul(ERF_P5, scale);
  ERF_P6 = f32x4.mul(ERF_P6, scale);
  ERF_Q0 = f32x4.mul(ERF_Q0, scale);
  ERF_Q1 = f32x4.mul(ERF_Q1, scale);
  ERF_Q2 = f32x4.mul(ERF_Q2, scale);
  ERF_Q3 = f32x4.mul(ERF_Q3, scale);
  ERF_Q4 = f32x4.mul(ERF_Q4, scale);
  EXPONENT_BIAS = i32x4.mul(EXPONENT_BIAS, scale);
  ONES = i16x8.mul(ONES, scale);
}
