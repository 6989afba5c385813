import { answered, flag, type GateCase, operation, refused, strings } from '../../gate/gate_cases/case.ts';

const DIGITS = strings([4], ['YQ', 'Pz8_', 'fn5-', '']);
const PADDED = strings([4], ['YQ==', 'Pz8_', 'fn5-', '']);
const TEXTS = strings([4], ['a', '???', '~~~', '']);

/** Values of RFC 4648, section 5: the alphabet for addresses. */
export const BASE64_CASES: readonly GateCase[] = [
  operation('DecodeBase64', 'DecodeBase64', { x: 'BYTES' }, {}, 'BYTES', [
    answered('digits', { x: DIGITS }, TEXTS),
    answered('digits with padding', { x: PADDED }, TEXTS),
    answered('no strings', { x: strings([0, 2]) }, strings([0, 2])),
    refused(
      'the other alphabet',
      { x: strings([], ['fn5+']) },
      /DecodeBase64: "fn5\+" is not base64 in the alphabet/,
    ),
    refused('a digit alone', { x: strings([], ['a']) }, /DecodeBase64: "a" is not base64/),
    refused('padding that is too short', { x: strings([], ['YQ=']) }, /is not base64/),
  ]),
  operation('EncodeBase64', 'EncodeBase64', { x: 'BYTES' }, {}, 'BYTES', [
    answered('texts', { x: TEXTS }, DIGITS),
  ]),
  operation('EncodeBase64 with padding', 'EncodeBase64', { x: 'BYTES' }, { pad: flag(true) }, 'BYTES', [
    answered('texts', { x: TEXTS }, PADDED),
  ]),
];
