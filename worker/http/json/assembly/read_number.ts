import { integerPowerOfTen, LARGEST_POWER, powerOfTen } from './powers';

/** Reads the number at an address by hand, exactly; `numberEnd` then says where it ended, 0 where it is none. */
@external('env', 'readSlowly')
declare function readSlowly(address: usize): f64;
@external('env', 'slowEnd')
declare function slowEnd(): usize;

/** Behind the number that was read last; 0 where that was none. */
export let numberEnd: usize = 0;

let isZeroSigned: bool = false;

/** Whether an integer zero keeps its sign: to RapidJSON it has none, to JavaScript it has. */
export function signZeros(signed: bool): void {
  isZeroSigned = signed;
}

/** So many digits fit into 63 bits whatever they are. */
const MOST_DIGITS: i32 = 18;
/** So many bytes are looked at for digits. */
const LONGEST_FRACTION: i32 = 32;
/** A double holds every integer up to this. */
const LARGEST_EXACT: u64 = 1 << 53;
/** RapidJSON refuses larger ones, whatever the digits before them. */
const LARGEST_EXPONENT: i32 = 308;
/** Below this float32 has fewer bits, and halves lie elsewhere. */
const SMALLEST_NORMAL: f64 = 1.1754943508222875e-38;

/** Bits of a double that float32 has not; in their middle lies what is half way between two float32. */
const LOST_BITS: u64 = 0x1fffffff;
const HALF_WAY: i64 = 0x10000000;
/** In units of a double's last bit: more than what two roundings and digits that were cut can amount to. */
const DOUBT: i64 = 16;

@inline
function isDigit(byte: u32): bool {
  return byte - 0x30 <= 9;
}

/** How many digits there are from an address on, of 32 bytes. */
@inline
function countDigits(address: usize): i32 {
  const first = i8x16.bitmask(areDigits(v128.load(address)));
  const second = i8x16.bitmask(areDigits(v128.load(address, 16)));
  return <i32>ctz<u64>(~(<u64>(<u32>first | (<u32>second << 16))));
}

/** Digits are the 10 smallest signed numbers once 0x50 is added, which is one comparison. */
@inline
function areDigits(bytes: v128): v128 {
  return i8x16.lt_s(i8x16.add(bytes, i8x16.splat(0x50)), i8x16.splat(-118));
}

/** The number that eight digits are, the first in the lowest byte: pairs, then fours, then eight are joined. */
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

/** `mantissa` with `count` digits behind it, up to 23. */
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
  // Zeros in front make eight of the rest; where there is none, all of them are zeros.
  const rest = (loadDigits(address) << <u64>(56 - (count << 3))) << 8;
  return mantissa * integerPowerOfTen(count) + eightDigits(rest);
}

/**
 * The nearest double of the number that begins at `start`, or one that is the same as a float32. What is rare or
 * cannot be told so is read by the caller's own reader: NaN and infinities, more than 18 digits before the
 * point, exponents beyond what two powers of ten reach, and what is all but half way between two float32.
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
    // A zero before the point is none of the digits that count.
    const room = MOST_DIGITS - (mantissa == 0 ? 0 : digits);
    let count = countDigits(address);
    if (count == 0) return slowly(start);
    if (count > room) {
      // Neither are those that come behind it.
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
  // One operation on two exact numbers gives the nearest double; more of them one that is near it.
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
