import type { SqlApi } from './analytics_engine.ts';
import type { WriteDataPoint } from './traffic_recorder.ts';

/** The name of the table in the local store of `dev`, and of the dataset that wrangler.toml proposes. */
export const TRAFFIC_DATASET = 'edge_serving_traffic';

/** The paths of the local store, below its address. */
export const POINTS_PATH = '/points';
export const SQL_PATH = '/sql';

/** Sends data points to the local store of `dev`, since workerd's Analytics Engine stores nothing. */
export function localStoreWriter(url: string, send: typeof fetch): WriteDataPoint {
  return (point, lifetime) => {
    const sent = send(`${url}${POINTS_PATH}`, { method: 'POST', body: JSON.stringify(point) });
    // A point that is lost is no reason to fail a request.
    lifetime.waitUntil(
      sent.then(
        (response) => response.body?.cancel(),
        () => undefined,
      ),
    );
  };
}

export function localStoreApi(url: string): SqlApi {
  return { url: `${url}${SQL_PATH}`, token: undefined };
}

const LOCAL_HOSTS = ['localhost', '127.0.0.1', '[::1]'];

/** True if a text is the address of a local store: data points never leave the machine by it. */
export function isLocalStoreUrl(text: string): boolean {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  return url?.protocol === 'http:' && LOCAL_HOSTS.includes(url.hostname) && url.search === '';
}
