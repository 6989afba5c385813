import type { GraphNode } from '@tensorflow/tfjs-converter';
import {
  flagAttribute,
  inputOf,
  numberAttribute,
  type Operation,
  refuse,
  textAttribute,
} from '../../operation.ts';
import { encode, expectRoom, stringTensor } from '../string_values.ts';
import { fixed, scientific } from './decimal_digits.ts';

/** The limit of precision and width: more digits than a double has. */
const MOST_DIGITS = 100;

/** Formats numbers and booleans as C's printf. */
export const asString: Operation = (node) => {
  const x = inputOf(node, 0);
  expectRoom('AsString', x.size);
  if (x.dtype === 'bool') {
    const words = [encode('false'), encode('true')] as const;
    const truths = Array.from(x.dataSync(), (value) => (value ? words[1] : words[0]));
    return stringTensor('AsString', truths, x.shape);
  }
  const write = x.dtype === 'int32' ? String : floatFormat(node);
  const pad = padding(node);
  const texts = Array.from(x.dataSync(), (value) => encode(pad(write(Number(value)))));
  return stringTensor('AsString', texts, x.shape);
};

function floatFormat(node: GraphNode): (value: number) => string {
  const precision = numberAttribute(node, 'precision', -1);
  if (precision > MOST_DIGITS) refuse(node, `a precision of ${precision} is more than ${MOST_DIGITS}`);
  const digits = precision < 0 ? 6 : precision;
  const isShortest = flagAttribute(node, 'shortest');
  const isScientific = flagAttribute(node, 'scientific');
  return (value) => {
    if (Number.isNaN(value)) return 'nan';
    if (!Number.isFinite(value)) return value > 0 ? 'inf' : '-inf';
    const sign = value < 0 || Object.is(value, -0) ? '-' : '';
    const size = Math.abs(value);
    if (isShortest) return sign + shortest(size, digits);
    return sign + (isScientific ? withExponent(size, digits) : fixed(size, digits));
  };
}

/** Formats `%e`: the exponent has at least two digits. */
function withExponent(value: number, digits: number): string {
  const { mantissa, exponent } = scientific(value, digits);
  return mantissa + power(exponent);
}

const power = (exponent: number): string =>
  `e${exponent < 0 ? '-' : '+'}${String(Math.abs(exponent)).padStart(2, '0')}`;

/** Formats `%g`: the shorter of the two forms, without trailing zeros. */
function shortest(value: number, digits: number): string {
  const significant = Math.max(1, digits);
  const { mantissa, exponent } = scientific(value, significant - 1);
  if (exponent < -4 || exponent >= significant) return withoutZeros(mantissa) + power(exponent);
  return withoutZeros(fixed(value, significant - 1 - exponent));
}

const withoutZeros = (text: string): string => (text.includes('.') ? text.replace(/\.?0+$/, '') : text);

/**
 * Returns a function that pads a text to the width by printf's flags: with spaces or zeros before it, or with spaces
 * behind it.
 */
function padding(node: GraphNode): (text: string) => string {
  const width = numberAttribute(node, 'width', -1);
  if (width > MOST_DIGITS) refuse(node, `a width of ${width} is more than ${MOST_DIGITS}`);
  const fill = textAttribute(node, 'fill');
  // Without a width, the flag has no effect either.
  if (width < 0) return (text) => text;
  switch (fill) {
    case '':
      return (text) => text.padStart(width, ' ');
    case '-':
      return (text) => text.padEnd(width, ' ');
    case '0':
      return (text) => zeroFilled(text, width);
    case ' ':
    case '+':
      return (text) => (text.startsWith('-') ? text : fill + text).padStart(width, ' ');
    default:
      return refuse(node, `it is not filled with "${fill}"`);
  }
}

function zeroFilled(text: string, width: number): string {
  // Infinities and NaN are not padded with zeros.
  if (/[a-df-z]/.test(text)) return text.padStart(width, ' ');
  const sign = text.startsWith('-') ? '-' : '';
  return sign + text.slice(sign.length).padStart(width - sign.length, '0');
}
