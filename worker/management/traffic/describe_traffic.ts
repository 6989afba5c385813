import { errorResponse, jsonResponse } from '../../http/answer/answer_headers.ts';
import { isName, NAME_RULE } from '../../model/names.ts';
import { readPointer } from '../../registry/pointer/pointer_store.ts';
import { errorMessage } from '../../registry/storage/error_message.ts';
import { QUERIES_PER_REPORT, readReport } from '../../traffic/report/read_report.ts';
import { DEFAULT_MINUTES, MOST_MINUTES } from '../../traffic/report/traffic_report.ts';
import type { ManagementRequest } from '../management_request.ts';

const NOT_CONFIGURED =
  'This Worker reads no record of requests: bind a dataset as TRAFFIC to the serving Worker, and set ' +
  'ANALYTICS_ACCOUNT_ID and ANALYTICS_API_TOKEN here (docs/operating/traffic.md)';

/** Returns the report of a model's requests over the last minutes, from all isolates. */
export async function describeTraffic(
  { store, budget, url, traffic }: ManagementRequest,
  model: string,
): Promise<Response> {
  if (!isName(model)) return errorResponse(`A model's name is made of ${NAME_RULE}`, 400);
  const minutes = parseMinutes(url.searchParams.get('minutes'));
  if (minutes === undefined) {
    return errorResponse(`"minutes" is a whole number from 1 to ${MOST_MINUTES}`, 400);
  }
  if (traffic === undefined) return errorResponse(NOT_CONFIGURED, 501);
  if ((await readPointer(store, model)).kind === 'missing') {
    return errorResponse(`The model ${model} does not exist, or has no current version yet`, 404);
  }
  for (let query = 0; query < QUERIES_PER_REPORT; query++) budget.spend();
  try {
    return jsonResponse(JSON.stringify(await readReport(traffic, model, minutes, Date.now())));
  } catch (error) {
    return errorResponse(`The record of requests cannot be read: ${errorMessage(error)}`, 502);
  }
}

function parseMinutes(text: string | null): number | undefined {
  if (text === null) return DEFAULT_MINUTES;
  const minutes = /^\d{1,6}$/.test(text) ? Number(text) : 0;
  return minutes >= 1 && minutes <= MOST_MINUTES ? minutes : undefined;
}
