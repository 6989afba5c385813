import type { OpenNetwork } from '../engines/engine.ts';
import type { Network } from '../networks/network.ts';
import type { Encoding } from '../runs/encoding.ts';
import type { Outputs } from '../runs/timed_runs.ts';
import { computeOnce } from './compute.ts';

/** The tolerance between engines, relative to the largest value of the output if that is above one. */
const TOLERANCE = 1e-4;

/** The difference between each engine's outputs and those of the first one, in its own process and over HTTP. */
export type Agreement = ReadonlyMap<string, number>;

/**
 * Compares the outputs of all engines for a network's input.
 *
 * @throws if one differs by more than the tolerance, because then the engines do not compute the same
 */
export async function checkAgreement(
  network: Network,
  engines: ReadonlyMap<string, OpenNetwork>,
  encoding: Encoding,
): Promise<Agreement> {
  let reference: Outputs | undefined;
  const differences = new Map<string, number>();
  for (const [engine, { compute, predict }] of engines) {
    const answers: Outputs[] = [];
    if (compute !== undefined) answers.push(await computeOnce(network, compute));
    if (predict !== undefined) answers.push(await predictOnce(network, predict, encoding));
    for (const answer of answers) {
      reference ??= answer;
      const difference = largestDifference(network, answer, reference);
      if (!(difference <= (network.tolerance ?? TOLERANCE))) {
        throw new Error(`${engine} computes another ${network.name}: its outputs differ by ${difference}`);
      }
      differences.set(engine, Math.max(differences.get(engine) ?? 0, difference));
    }
  }
  return differences;
}

async function predictOnce(network: Network, url: URL, encoding: Encoding): Promise<Outputs> {
  const body = Buffer.from(encoding.encodeRequest(network));
  const response = await fetch(url, { method: 'POST', headers: { ...encoding.headers }, body });
  const answer = new Uint8Array(await response.arrayBuffer());
  if (!response.ok) throw new Error(`${url} answered ${response.status}: ${Buffer.from(answer).toString()}`);
  return encoding.decodeAnswer(network, answer);
}

function largestDifference({ outputs }: Network, left: Outputs, right: Outputs): number {
  let largest = 0;
  for (const { name } of outputs) {
    const [these, those] = [left.get(name), right.get(name)];
    if (these === undefined || those === undefined || these.length !== those.length) {
      return Number.POSITIVE_INFINITY;
    }
    const scale = those.reduce((size, value) => Math.max(size, Math.abs(value)), 1);
    // A comparison with NaN must give NaN.
    for (const [index, value] of these.entries()) {
      const difference = Math.abs(value - (those[index] ?? Number.NaN)) / scale;
      if (!(difference <= largest)) largest = difference;
    }
  }
  return largest;
}
