import { NameSchema } from '../../../model/names.ts';
import { VersionSchema } from '../../version/manifest.ts';
import { labelTransition, unlabelTransition } from '../pointer_transitions.ts';
import { defineChange, ready } from './definition.ts';

export const label = defineChange({
  name: 'label',
  summary: 'Moves a label to a version',
  entries: { label: NameSchema, version: VersionSchema },
  prepare: (parameters, { record }) =>
    ready(parameters.version, labelTransition(parameters.label, parameters.version, record)),
});

export const unlabel = defineChange({
  name: 'unlabel',
  summary: 'Removes a label',
  entries: { label: NameSchema },
  prepare: (parameters, { record }) => ready(undefined, unlabelTransition(parameters.label, record)),
});
