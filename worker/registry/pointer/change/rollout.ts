import * as v from 'valibot';
import { VersionSchema } from '../../version/manifest.ts';
import {
  canaryTransition,
  shadowTransition,
  stageTransition,
  type TrialRequest,
  unstageTransition,
} from '../rollout_transitions.ts';
import { defineChange, ready } from './definition.ts';

export const stage = defineChange({
  name: 'stage',
  summary: 'Stages a version: isolates load it while they serve the current one',
  entries: { version: VersionSchema },
  prepare: ({ version }, { record }) => ready(version, stageTransition(version, record)),
});

export const unstage = defineChange({
  name: 'unstage',
  summary: 'Ends the staging of a version',
  entries: { version: v.optional(VersionSchema) },
  prepare: ({ version }, { record }) => ready(undefined, unstageTransition(version, record)),
});

const trialEntries = {
  /** May be missing only to end the trial in progress. */
  version: v.optional(VersionSchema),
  percent: v.pipe(v.number(), v.minValue(0), v.maxValue(100)),
};

/** The version of a trial need not exist any more to end the trial. */
const requiredBy = ({ version, percent }: TrialRequest): string | undefined =>
  percent === 0 ? undefined : version;

export const canary = defineChange({
  name: 'canary',
  summary: 'Routes a share of the requests to another version; 0 ends it',
  entries: trialEntries,
  prepare: (request, { record }) => ready(requiredBy(request), canaryTransition(request, record)),
});

export const shadow = defineChange({
  name: 'shadow',
  summary: 'Makes another version repeat a share of the requests, to compare; 0 ends it',
  entries: trialEntries,
  prepare: (request, { record }) => ready(requiredBy(request), shadowTransition(request, record)),
});
