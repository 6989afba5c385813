import type { Manifest } from '../../../worker/registry/version/manifest.ts';
import { ExecutionError } from '../../../worker/runtime/loading/loaded_model.ts';
import type { RequestScope } from '../../../worker/serving/api.ts';
import type { LoadControl } from '../../../worker/serving/servables/load_task.ts';
import { Servable } from '../../../worker/serving/servables/servable.ts';

export interface FakeLoader {
  readonly load: (manifest: Manifest, control: LoadControl) => Promise<Servable>;
  /** The versions whose load began, in order. */
  readonly loads: string[];
  readonly disposed: string[];
}

/** Makes servables without a runtime; `prepare` may wait or throw in the middle of a load. */
export function fakeLoader(
  prepare: (manifest: Manifest, control: LoadControl) => Promise<void> | void = () => {},
): FakeLoader {
  const loads: string[] = [];
  const disposed: string[] = [];
  return {
    loads,
    disposed,
    load: async (manifest, control) => {
      loads.push(manifest.version);
      await prepare(manifest, control);
      return new Servable(manifest, {
        execute: () => {
          throw new ExecutionError('a fake computes nothing');
        },
        planState: () => ({ kind: 'not yet planned' }),
        dispose: () => {
          disposed.push(manifest.version);
        },
      });
    },
  };
}

/** A request that lives as long as the test; what it was asked to wait for can be awaited. */
export function requestScope(): RequestScope & { settled(): Promise<void> } {
  const promises: Promise<unknown>[] = [];
  return {
    waitUntil: (promise) => {
      promises.push(promise);
    },
    settled: async () => {
      // What is waited for may bring more.
      for (let settled = 0; settled < promises.length; ) {
        settled = promises.length;
        await Promise.allSettled(promises);
      }
    },
  };
}
