import * as v from 'valibot';
import { analyticsEngineApi, querySql } from '../../worker/traffic/analytics_engine.ts';
import { TRAFFIC_DATASET } from '../../worker/traffic/local_store.ts';
import { readReport, type TrafficStore } from '../../worker/traffic/report/read_report.ts';
import { modelsQuery } from '../../worker/traffic/report/traffic_queries.ts';
import { type TrafficReport, TrafficReportSchema } from '../../worker/traffic/report/traffic_report.ts';
import { commandLine } from '../cli/invocation.ts';
import type { Lines } from '../cli/output.ts';
import { readWranglerConfiguration } from '../deploy/wrangler_environment.ts';
import { showToCaller, wranglerConfiguration } from '../files/package_root.ts';
import { askManagement, type ManagementService, managementFault } from '../registry/management_client.ts';
import type { RegistryPlace } from '../registry/open_registry.ts';
import { hasLocalTraffic, LocalTraffic } from './local_traffic.ts';

/** The requests that isolates have recorded, or why they cannot be read. */
export type OpenedTraffic =
  | {
      readonly kind: 'opened';
      read(model: string, minutes: number): Promise<TrafficReport>;
      /** Returns the models that were asked most, if the place can say it. */
      models(minutes: number): Promise<readonly string[]>;
      close(): void;
    }
  | { readonly kind: 'unavailable'; readonly reason: Lines };

export async function openTraffic(place: RegistryPlace): Promise<OpenedTraffic> {
  switch (place.kind) {
    case 'local':
      return openLocal(place.directory);
    case 'remote':
      return openAccount();
    case 'management':
      return openManaged(place.service);
  }
}

async function openLocal(directory: string): Promise<OpenedTraffic> {
  if (!hasLocalTraffic(directory)) {
    const reason = [
      `nothing has recorded requests in the local state folder ${showToCaller(directory)}`,
      `${commandLine('dev')} records them while it runs.`,
    ];
    return { kind: 'unavailable', reason };
  }
  const traffic = await LocalTraffic.openToRead(directory);
  const store: TrafficStore = {
    source: { kind: 'local', dataset: TRAFFIC_DATASET },
    query: async (sql) => traffic.query(sql),
  };
  return opened(store, () => traffic.close());
}

const ACCOUNT_VARIABLE = 'CLOUDFLARE_ACCOUNT_ID';
const TOKEN_VARIABLE = 'CLOUDFLARE_API_TOKEN';

/** The part of wrangler.toml that says where the Worker records. */
const ConfigurationSchema = v.object({
  account_id: v.optional(v.string()),
  analytics_engine_datasets: v.optional(
    v.array(v.object({ binding: v.string(), dataset: v.optional(v.string()) })),
    [],
  ),
});

/** Asks Cloudflare's API, which has no access through wrangler's login. */
async function openAccount(): Promise<OpenedTraffic> {
  const configuration = await readWranglerConfiguration(ConfigurationSchema);
  const bound = configuration.analytics_engine_datasets.find(({ binding }) => binding === 'TRAFFIC');
  const file = showToCaller(wranglerConfiguration());
  if (bound === undefined) {
    const reason = [
      `${file} binds no Analytics Engine dataset as TRAFFIC, so that deployed isolates record no requests`,
      'Uncomment its lines there, and deploy again.',
    ];
    return { kind: 'unavailable', reason };
  }
  const accountId = configuration.account_id ?? process.env[ACCOUNT_VARIABLE];
  const apiToken = process.env[TOKEN_VARIABLE];
  if (accountId === undefined || !/^[0-9a-f]{32}$/i.test(accountId) || !apiToken) {
    const reason = [
      `--remote needs the account's id in ${ACCOUNT_VARIABLE} (or account_id in ${file}), and in ${TOKEN_VARIABLE} an ` +
        'API token with the permission Account Analytics: Read',
      "Cloudflare's dashboard makes such a token under My Profile, API Tokens.",
    ];
    return { kind: 'unavailable', reason };
  }
  const dataset = bound.dataset ?? bound.binding;
  if (!/^\w{1,100}$/.test(dataset)) {
    return {
      kind: 'unavailable',
      reason: `${file} names a dataset that is not letters, digits and underscores`,
    };
  }
  const api = analyticsEngineApi(accountId, apiToken);
  const store: TrafficStore = {
    source: { kind: 'analytics engine', dataset },
    query: (sql) => querySql(api, sql, fetch),
  };
  return opened(store, () => {});
}

const ModelsSchema = v.array(v.object({ model: v.string() }));

function opened(store: TrafficStore, close: () => void): OpenedTraffic {
  return {
    kind: 'opened',
    read: (model, minutes) => readReport(store, model, minutes, Date.now()),
    models: async (minutes) => {
      const from = Math.floor(Date.now() / 1000) - minutes * 60;
      const rows = await store.query(modelsQuery({ dataset: store.source.dataset, from }));
      return v.parse(ModelsSchema, rows).map(({ model }) => model);
    },
    close,
  };
}

function openManaged(service: ManagementService): OpenedTraffic {
  return {
    kind: 'opened',
    read: async (model, minutes) => {
      const path = `/models/${encodeURIComponent(model)}/traffic?minutes=${minutes}`;
      const response = await askManagement(service, 'GET', path);
      if (!response.ok) throw await managementFault(response, `the traffic of ${model}`);
      return v.parse(TrafficReportSchema, await response.json());
    },
    // The Worker says itself that a model does not exist.
    models: async () => [],
    close: () => {},
  };
}
