import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { routingFraction } from '../../../worker/serving/rollout/routing_fraction.ts';

const KEYS = 20_000;

/** Expects the number of keys below a share to be right within five standard deviations. */
function expectShare(keys: (index: number) => string, share: number): void {
  let below = 0;
  for (let index = 0; index < KEYS; index++) if (routingFraction('a_model', keys(index)) < share) below++;
  const deviation = Math.sqrt(KEYS * share * (1 - share));
  expect(Math.abs(below - KEYS * share)).toBeLessThan(5 * deviation);
}

describe('routingFraction', () => {
  test.each([0.001, 0.01, 0.1, 0.5, 0.9])('gives a share of %f its part of the keys', (share) => {
    expectShare((index) => String(index), share);
    expectShare((index) => `user-${index}@example.org`, share);
    expectShare((index) => String.fromCodePoint(0x4e00 + index), share);
  });

  test('is from 0 to below 1 and always the same', () => {
    fc.assert(
      fc.property(fc.string(), fc.string({ unit: 'binary' }), (model, key) => {
        const fraction = routingFraction(model, key);
        expect(fraction).toBeGreaterThanOrEqual(0);
        expect(fraction).toBeLessThan(1);
        expect(routingFraction(model, key)).toBe(fraction);
      }),
    );
  });

  test('of one model says nothing about another', () => {
    let both = 0;
    for (let index = 0; index < KEYS; index++) {
      if (routingFraction('one', `${index}`) < 0.1 && routingFraction('two', `${index}`) < 0.1) both++;
    }
    expect(both).toBeGreaterThan(130);
    expect(both).toBeLessThan(270);
  });
});
