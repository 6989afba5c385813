import { WRITE_ALLOWANCE_MS } from '../../../../worker/registry/pointer/moment.ts';
import type { Answer } from './simulated_isolate.ts';
import type { Observations, WrittenDocument } from './simulated_world.ts';

/** Returns the observed violations of a promise of the protocol; none if it was kept. */
type Promised = (observations: Observations) => readonly string[];

export function answersOf({ happenings }: Observations): Answer[] {
  return happenings.flatMap((happening) => (happening.kind === 'answered' ? [happening.answer] : []));
}

/**
 * A request that starts after an acknowledgment is not answered by an older generation, unless its pointer could not be
 * read. If clocks differ by more than allowed, old answers end after the excess.
 */
const nothingOldAfterAcknowledgment: Promised = ({ happenings, excessMs }) => {
  const faults: string[] = [];
  const acknowledged: { readonly generation: number; readonly at: number }[] = [];
  /** The number of acknowledgments before each request. */
  const known = new Map<number, number>();
  for (const happening of happenings) {
    if (happening.kind === 'acknowledged') {
      acknowledged.push({ generation: happening.update.change.generation, at: happening.at });
    } else if (happening.kind === 'asked') {
      known.set(happening.request, acknowledged.length);
    } else if (!happening.answer.isStale) {
      const { startedAt, generation, isolate } = happening.answer;
      for (const change of acknowledged.slice(0, known.get(happening.request))) {
        if (generation >= change.generation || startedAt < change.at + excessMs) continue;
        const late = startedAt - change.at;
        faults.push(
          `isolate ${isolate} has ${generation} ${late} ms after ${change.generation} was acknowledged`,
        );
      }
    }
  }
  return faults;
};

/**
 * Around a moment that was kept, isolates differ by no more than their clocks. After a request was answered by the new
 * state, no request that starts later by this difference is answered by the old one. A request that started before
 * keeps its version.
 */
const together: Promised = (observations) => {
  const answers = answersOf(observations).filter(({ isStale }) => !isStale);
  return observations.documents.filter(isKeptIn(observations)).flatMap(({ pointer }) => {
    const { generation } = pointer;
    const firstNew = Math.min(...answers.filter((a) => a.generation >= generation).map((a) => a.decidedAt));
    const lastOld = Math.max(...answers.filter((a) => a.generation < generation).map((a) => a.startedAt));
    return lastOld - firstNew > 2 * observations.skewMs + 0.001
      ? [`${lastOld - firstNew} ms between the first of ${generation} and the last before it`]
      : [];
  });
};

/** True if a change had a moment, its write took no longer than allowed, and no emergency came before. */
export function isKeptIn({ documents, skewMs }: Observations): (document: WrittenDocument) => boolean {
  return ({ pointer, uploaded, visible, moment }) =>
    moment > uploaded &&
    visible - uploaded <= WRITE_ALLOWANCE_MS &&
    !documents.some((other) => {
      const isLater = other.pointer.generation > pointer.generation && other.visible <= moment + skewMs;
      return isLater && other.pointer.history[0]?.delayMs === undefined;
    });
}

/** In an isolate, generations never decrease. */
const forwardInAnIsolate: Promised = (observations) => {
  const newest = new Map<number, number>();
  return answersOf(observations).flatMap(({ isolate, generation }) => {
    const before = newest.get(isolate) ?? 0;
    newest.set(isolate, Math.max(before, generation));
    return generation < before ? [`isolate ${isolate} has ${generation} after ${before}`] : [];
  });
};

/**
 * A client that sends the generation that it has seen is never answered by an older one, unless the pointer could not
 * be read.
 */
const forwardForAClient: Promised = ({ happenings }) => {
  const newest = new Map<number, number>();
  return happenings.flatMap((happening) => {
    if (happening.kind !== 'answered' || happening.client === undefined) return [];
    const { client, answer } = happening;
    const before = newest.get(client) ?? 0;
    newest.set(client, Math.max(before, answer.generation));
    return answer.generation < before && !answer.isStale
      ? [`client ${client} gets ${answer.generation} after ${before}`]
      : [];
  });
};

/**
 * If a publisher dies, the state is the old one or the new one. An acknowledged change stays, and a repeated command is
 * carried out once.
 */
const oldOrNew: Promised = (observations) => {
  const { documents, commands, happenings } = observations;
  const faults: string[] = [];
  const currents = new Map<number, string>();
  documents.forEach(({ pointer }, index) => {
    if (pointer.generation !== index + 1) faults.push(`write ${index + 1} has ${pointer.generation}`);
    currents.set(pointer.generation, pointer.current);
  });
  for (const { generation, current } of answersOf(observations)) {
    if (currents.get(generation) !== current) faults.push(`${current} was answered as ${generation}`);
  }
  const history = documents.at(-1)?.pointer.history ?? [];
  for (const ids of commands) {
    const made = history.filter(({ id }) => ids.includes(id));
    if (made.length > 1) faults.push(`${ids.join(', ')} was made ${made.length} times`);
  }
  for (const happening of happenings) {
    if (happening.kind !== 'acknowledged') continue;
    const { generation } = happening.update.change;
    if (!history.some((made) => made.id === happening.id && made.generation === generation)) {
      faults.push(`${happening.id} was acknowledged as ${generation} and is gone`);
    }
  }
  return faults;
};

/** A publisher whose write took too long reports it. */
const mixtureIsSaid: Promised = ({ documents, happenings }) =>
  happenings.flatMap((happening) => {
    if (happening.kind !== 'acknowledged' || happening.isRepeated) return [];
    const { change, effect, pointer } = happening.update;
    const written = documents.find((document) => document.pointer.generation === change.generation);
    if (written === undefined || pointer.generation !== change.generation) return [];
    const mixedMs = written.visible - written.uploaded - WRITE_ALLOWANCE_MS;
    return written.moment > written.uploaded && mixedMs > effect.mixedMs + 1
      ? [`${change.generation} was mixed for ${mixedMs} ms, and ${effect.mixedMs} was said`]
      : [];
  });

export const PROMISES = {
  nothingOldAfterAcknowledgment,
  together,
  forwardInAnIsolate,
  forwardForAClient,
  oldOrNew,
  mixtureIsSaid,
} as const satisfies Readonly<Record<string, Promised>>;

/** The faults of all broken promises. */
export function broken(
  observations: Observations,
): Partial<Record<keyof typeof PROMISES, readonly string[]>> {
  return Object.fromEntries(
    Object.entries(PROMISES)
      .map(([name, promised]) => [name, promised(observations)] as const)
      .filter(([, faults]) => faults.length > 0),
  );
}
