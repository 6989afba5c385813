import { LARGEST_POWER, powerOfTen } from './powers';

/** Writes a number at an address in JavaScript and returns the address behind it. */
@external('env', 'writeSlowly')
declare function writeSlowly(value: f32, address: usize): usize;

/** Float32 preserves any six digits, and nine digits identify every float32. */
const SHORT_DIGITS: i32 = 6;
const FULL_DIGITS: i32 = 9;

/** The same algorithm as ../float_digits.ts, operation by operation. */
const DOUBT: f64 = 1e-5;
const SLIGHT: f64 = 8.881784197001252e-16;
const IN_DOUBT: i32 = -1;

const MINUS: u8 = 0x2d;
const PLUS: u8 = 0x2b;
const POINT: u8 = 0x2e;
const ZERO: u8 = 0x30;
const EXPONENT: u8 = 0x65;

/** Writes a float32 as ../float_digits.ts does, in at most as many bytes, and returns the address behind it. */
export function writeNumber(value: f32, start: usize): usize {
  if (value - value != 0) return writeSlowly(value, start);
  let address = start;
  if (reinterpret<i32>(value) < 0) store<u8>(address++, MINUS);
  const magnitude = <f64>abs<f32>(value);
  if (magnitude < 1e6 && magnitude == trunc<f64>(magnitude)) {
    address = writeInteger(address, <i32>magnitude);
    store<u8>(address, POINT);
    store<u8>(address, ZERO, 1);
    return address + 2;
  }
  const exponent = decimalExponent(magnitude);
  const short = rounded(magnitude, SHORT_DIGITS, exponent);
  if (short == IN_DOUBT) return writeSlowly(value, start);
  const places = exponent + 1 - SHORT_DIGITS;
  const nearest = shifted(short, places);
  const isSame = <f32>nearest == <f32>magnitude;
  if (places > LARGEST_POWER || places < -LARGEST_POWER) {
    const isSameAround =
      (<f32>(nearest * (1 + SLIGHT)) == <f32>magnitude) == isSame &&
      (<f32>(nearest * (1 - SLIGHT)) == <f32>magnitude) == isSame;
    if (!isSameAround) return writeSlowly(value, start);
  }
  if (isSame) return writeGeneral(address, short, SHORT_DIGITS, 1000000, exponent);
  const full = rounded(magnitude, FULL_DIGITS, exponent);
  if (full == IN_DOUBT) return writeSlowly(value, start);
  return writeGeneral(address, full, FULL_DIGITS, 1000000000, exponent);
}

/**
 * Returns the decimal exponent of the first digit. If a power of two allows two exponents, it returns the correct one.
 */
@inline
function decimalExponent(magnitude: f64): i32 {
  const binary = <i32>(reinterpret<u64>(magnitude) >> 52) - 1023;
  // log10(2) as a fraction of 2^16, exact enough for every exponent of a float32.
  const exponent = (binary * 19728) >> 16;
  return magnitude >= tenTo(exponent + 1) ? exponent + 1 : exponent;
}

@inline
function tenTo(exponent: i32): f64 {
  return shifted(1, exponent);
}

@inline
function rounded(magnitude: f64, digits: i32, exponent: i32): i32 {
  const scaled = shifted(magnitude, digits - 1 - exponent);
  const integer = nearest<f64>(scaled);
  if (abs<f64>(abs<f64>(scaled - integer) - 0.5) < DOUBT) return IN_DOUBT;
  return integer < powerOfTen(digits - 1) || integer > powerOfTen(digits) ? IN_DOUBT : <i32>integer;
}

@inline
function shifted(magnitude: f64, places: i32): f64 {
  if (places >= 0) {
    if (places <= LARGEST_POWER) return magnitude * powerOfTen(places);
  } else if (places >= -LARGEST_POWER) return magnitude / powerOfTen(-places);
  return shiftedFar(magnitude, places);
}

function shiftedFar(magnitude: f64, places: i32): f64 {
  let scaled = magnitude;
  for (; places > LARGEST_POWER; places -= LARGEST_POWER) scaled *= 1e22;
  for (; places < -LARGEST_POWER; places += LARGEST_POWER) scaled /= 1e22;
  return places < 0 ? scaled / powerOfTen(-places) : scaled * powerOfTen(places);
}

/** Writes `integer`, which has `digits` digits, with its first digit at 10^exponent, as `%.<digits>g` and with `.0`. */
function writeGeneral(start: usize, integer: i32, digits: i32, limit: i32, exponent: i32): usize {
  let power = exponent;
  let shortest = <u32>integer;
  let count = digits;
  if (integer == limit) {
    shortest = 1;
    count = 1;
    power++;
  }
  while (shortest % 10 == 0) {
    shortest /= 10;
    count--;
  }
  let address = start;
  if (power < -4 || power >= digits) {
    address = writePointed(address, shortest, count, 1);
    store<u8>(address, EXPONENT);
    store<u8>(address, power < 0 ? MINUS : PLUS, 1);
    const size = <u32>abs<i32>(power);
    store<u8>(address, ZERO + <u8>(size / 10), 2);
    store<u8>(address, ZERO + <u8>(size % 10), 3);
    return address + 4;
  }
  if (power < 0) {
    store<u8>(address++, ZERO);
    store<u8>(address++, POINT);
    for (let zeros = -1 - power; zeros > 0; zeros--) store<u8>(address++, ZERO);
    return writeDigits(address, shortest, count);
  }
  if (count > power + 1) return writePointed(address, shortest, count, power + 1);
  address = writeDigits(address, shortest, count);
  for (; count <= power; count++) store<u8>(address++, ZERO);
  store<u8>(address++, POINT);
  store<u8>(address++, ZERO);
  return address;
}

/** Writes digits with a point behind the first `whole` of them if more follow. */
function writePointed(start: usize, integer: u32, count: i32, whole: i32): usize {
  if (count <= whole) return writeDigits(start, integer, count);
  const end = writeDigits(start + 1, integer, count);
  for (let address = start; address < start + <usize>whole; address++) store<u8>(address, load<u8>(address, 1));
  store<u8>(start + <usize>whole, POINT);
  return end;
}

function writeInteger(start: usize, integer: u32): usize {
  let count = 1;
  for (let limit: u32 = 10; integer >= limit; limit *= 10) count++;
  return writeDigits(start, integer, count);
}

@inline
function writeDigits(start: usize, integer: u32, count: i32): usize {
  const end = start + <usize>count;
  let rest = integer;
  for (let address = end - 1; address >= start; address--) {
    const quotient = rest / 10;
    store<u8>(address, ZERO + <u8>(rest - quotient * 10));
    rest = quotient;
  }
  return end;
}
