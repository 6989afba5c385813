import { integerPowerOfTen, LARGEST_POWER, powerOfTen } from './powers';

/**
 * Reads the number at an address in JavaScript, exactly. Sets `numberEnd` to its end, or to 0 if it is not a number.
 */
@external('env', 'readSlowly')
declare function readSlowly(address: usize): f64;
@external('env', 'slowEnd')
declare function slowEnd(): usize;

/** The end of the last number that was read; 0 if it was not a number. */
export let numberEnd: usize = 0;

let isZeroSigned: bool = false;

/** Sets whether an integer zero keeps its sign: it does in JavaScript, and not in RapidJSON. */
export function signZeros(signed: bool): void {
  isZeroSigned = signed;
}

/** Any number with this many digits fits into 63 bits. */
const MOST_DIGITS: i32 = 18;
/** The most bytes that are searched for digits. */
const LONGEST_FRACTION: i32 = 32;
/** A double holds every integer up to this. */
const LARGEST_EXACT: u64 = 1 << 53;
/** RapidJSON refuses larger exponents whatever the preceding digits are. */
const LARGEST_EXPONENT: i32 = 308;
/** Below this value float32 has fewer bits, and its midpoints differ. */
const SMALLEST_NORMAL: f64 = 1.1754943508222875e-38;

/** Bits of a double that float32 drops. The middle of their range is the midpoint between two float32 values. */
const LOST_BITS: u64 = 0x1fffffff;
const HALF_WAY: i64 = 0x10000000;
/** In units of a double's last bit: more than the sum of two rounding errors and of the digits that were cut. */
const DOUBT: i64 = 16;

@inline
function isDigit(byte: u32): bool {
  return byte - 0x30 <= 9;
}

/** Returns the number of leading digits among the 32 bytes at an address. */
@inline
function countDigits(address: usize): i32 {
  const first = i8x16.bitmask(areDigits(v128.load(address)));
  const second = i8x16.bitmask(areDigits(v128.load(address, 16)));
  return <i32>ctz<u64>(~(<u64>(<u32>first | (<u32>second << 16))));
}

/** Adding 0x50 makes the digits the 10 smallest signed bytes, so that one comparison finds them. */
@inline
function areDigits(bytes: v128): v128 {
  return i8x16.lt_s(i8x16.add(bytes, i8x16.splat(0x50)), i8x16.splat(-118));
}

/** Converts eight digits, the first in the lowest byte, to an integer: it combines pairs, then fours, then eight. */
@inline
function eightDigits(digits: u64): u64 {
  const pairs = digits * 10 + (digits >> 8);
  const low = (pairs & 0x000000ff000000ff) * 0x000f424000000064;
  const high = ((pairs >> 16) & 0x000000ff000000ff) * 0x0000271000000001;
  return (low + high) >> 32;
}

@inline
function loadDigits(address: usize): u64 {
  return load<u64>(address) ^ 0x3030303030303030;
}

/** Appends `count` digits, at most 23, to `mantissa`. */
@inline
function withDigits(mantissa: u64, address: usize, count: i32): u64 {
  if (count >= 8) {
    mantissa = mantissa * 100000000 + eightDigits(loadDigits(address));
    address += 8;
    count -= 8;
    if (count >= 8) {
      mantissa = mantissa * 100000000 + eightDigits(loadDigits(address));
      address += 8;
      count -= 8;
    }
  }
  // Leading zeros extend the remaining digits to eight. Without remaining digits all eight are zeros.
  const rest = (loadDigits(address) << <u64>(56 - (count << 3))) << 8;
  return mantissa * integerPowerOfTen(count) + eightDigits(rest);
}

/**
 * Returns the nearest double of the number at `start`, or a double that rounds to the same float32. Rare and uncertain
 * cases go to the caller's reader: NaN, infinities, more than 18 digits before the point, exponents beyond two powers
 * of ten, and values very close to the midpoint of two float32.
 */
export function readNumber(start: usize): f64 {
  let address = start;
  let byte: u32 = load<u8>(address);
  const isNegative = byte == 0x2d;
  if (isNegative) byte = load<u8>(++address);
  if (!isDigit(byte)) return slowly(start);
  let mantissa: u64 = 0;
  const wholeStart = address;
  while (isDigit(byte)) {
    mantissa = mantissa * 10 + (byte - 0x30);
    byte = load<u8>(++address);
  }
  const digits = <i32>(address - wholeStart);
  if (digits > 1 && (digits >= MOST_DIGITS || load<u8>(wholeStart) == 0x30)) return slowly(start);
  let exponent = 0;
  let isCut = false;
  const isInteger = byte != 0x2e;
  if (!isInteger) {
    const fractionStart = ++address;
    // A zero before the point is not a significant digit.
    const room = MOST_DIGITS - (mantissa == 0 ? 0 : digits);
    let count = countDigits(address);
    if (count == 0) return slowly(start);
    if (count > room) {
      // Zeros directly after the point are not significant either.
      if (mantissa == 0) while (load<u8>(address) == 0x30) address++;
      count = countDigits(address);
      if (count == LONGEST_FRACTION) return slowly(start);
      if (count > room) isCut = true;
    }
    const taken = min(count, room);
    mantissa = withDigits(mantissa, address, taken);
    exponent = <i32>fractionStart - <i32>address - taken;
    address += <usize>count;
    byte = load<u8>(address);
  }
  if ((byte | 0x20) == 0x65) {
    byte = load<u8>(++address);
    const isExponentNegative = byte == 0x2d;
    if (isExponentNegative || byte == 0x2b) byte = load<u8>(++address);
    if (!isDigit(byte)) return slowly(start);
    let power = 0;
    do {
      if (power <= LARGEST_EXPONENT) power = power * 10 + <i32>(byte - 0x30);
      byte = load<u8>(++address);
    } while (isDigit(byte));
    if (power > LARGEST_EXPONENT) return slowly(start);
    exponent += isExponentNegative ? -power : power;
  } else if (isInteger && mantissa == 0) {
    numberEnd = address;
    return isNegative && isZeroSigned ? -0.0 : 0;
  }
  if (exponent < -2 * LARGEST_POWER || exponent > 2 * LARGEST_POWER) return slowly(start);

  let value = <f64>(<i64>mantissa);
  if (exponent < 0) {
    if (exponent < -LARGEST_POWER) value = value / powerOfTen(LARGEST_POWER) / powerOfTen(-exponent - LARGEST_POWER);
    else value /= powerOfTen(-exponent);
  } else {
    if (exponent > LARGEST_POWER) value = value * powerOfTen(LARGEST_POWER) * powerOfTen(exponent - LARGEST_POWER);
    else value *= powerOfTen(exponent);
  }
  // One operation on two exact numbers returns the nearest double. Several operations return a close one.
  const isNearest = !isCut && mantissa <= LARGEST_EXACT && exponent >= -LARGEST_POWER && exponent <= LARGEST_POWER;
  if (!isNearest) {
    const lost = <i64>(reinterpret<u64>(value) & LOST_BITS) - HALF_WAY;
    if ((lost >= -DOUBT && lost <= DOUBT) || (value < SMALLEST_NORMAL && mantissa != 0)) return slowly(start);
  }
  numberEnd = address;
  return isNegative ? -value : value;
}

function slowly(start: usize): f64 {
  const value = readSlowly(start);
  numberEnd = slowEnd();
  return value;
}
