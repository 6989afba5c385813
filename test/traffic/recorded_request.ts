import type { RecordedRequest } from '../../worker/traffic/traffic_recorder.ts';

/** A request to the current version. */
export const REQUEST: RecordedRequest = {
  model: 'm',
  isKnownModel: true,
  version: '1.0.0',
  generation: 1,
  role: 'current',
  protocol: 'predict',
  status: 200,
  location: 'FRA',
  key: '',
  waits: { latency: 10, body: 0, pointer: 0, load: 0, compute: 6, encode: 1 },
  examples: 2,
  requestBytes: 100,
  answerBytes: 50,
};
